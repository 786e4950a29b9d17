import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { CommandResult } from '../demo/command.ts';
import type { Condition, Service } from './compose.ts';
import type { Image } from './images.ts';
import { sandboxed, type SandboxFiles } from './sandbox.ts';

const HEALTH_TIMEOUT_MS = 120_000;

/** The services of the compose file, running in sandboxes. */
export interface Topology {
  /** Starts a service after its dependencies; resolves when it is healthy or has exited with 0. @throws Error */
  up(name: string): Promise<void>;
  /** Kills a service. */
  kill(name: string): Promise<void>;
  /** Runs a program once as a service, beside it, as `docker compose run` does. */
  run(name: string, program: readonly string[]): Promise<CommandResult>;
  /** Output of a service so far. */
  log(name: string): Promise<string>;
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly ready: Promise<void>;
}

/** Runs services in the order of `depends_on`, and waits for each condition by the service's health check. */
export function createTopology(ground: SandboxFiles, images: Readonly<Record<string, Image>>): Topology {
  const running = new Map<string, Running>();
  const { services } = ground.compose;
  const logOf = (name: string) => path.join(ground.folder, `${name}.log`);
  const log = (name: string) => readFile(logOf(name), 'utf8');
  const died = async (name: string, why: string) =>
    new Error(`${name} ${why}:\n${(await log(name)).trim().split('\n').slice(-15).join('\n')}`);

  /** Whether a service is on a separate network, where it cannot connect to the others. */
  const isIsolated = (service: Service) => !('default' in (service.networks ?? { default: null }));

  async function start(name: string, service: Service): Promise<Running> {
    const image = images[service.image];
    if (!image) throw new Error(`no local replacement for the image ${service.image}`);
    const program = [...(service.entrypoint ?? image.entrypoint), ...(service.command ?? [])];
    const inside = await sandboxed(ground, name, image, program);
    const alone = ['unshare', '--net', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh'];
    const output = openSync(logOf(name), 'a');
    const args = ['--pdeathsig', 'KILL', ...(isIsolated(service) ? alone : []), ...inside];
    const child = spawn('setpriv', args, { stdio: ['ignore', output, output] });
    closeSync(output);
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const condition: Condition = service.healthcheck ? 'service_healthy' : 'service_completed_successfully';
    return { child, exited, ready: whenReached(name, service, condition, child, exited) };
  }

  async function whenReached(
    name: string,
    service: Service,
    condition: Condition,
    child: ChildProcess,
    exited: Promise<number | null>,
  ): Promise<void> {
    if (condition === 'service_completed_successfully') {
      if ((await exited) !== 0) throw await died(name, `exited with ${child.exitCode}`);
      return;
    }
    const [kind, ...test] = service.healthcheck?.test ?? [];
    const check = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...test] : test;
    const [command = '', ...args] = [
      ...(isIsolated(service) ? ['nsenter', `--net=/proc/${child.pid}/ns/net`] : []),
      ...(await sandboxed(ground, name, images[service.image]!, check)),
    ];
    const giveUp = Date.now() + HEALTH_TIMEOUT_MS;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) throw await died(name, 'exited before it was healthy');
      const { exitCode } = await execa(command, args, { reject: false });
      if (exitCode === 0) return;
      if (Date.now() > giveUp) throw await died(name, 'does not become healthy');
      await sleep(500);
    }
  }

  async function up(name: string): Promise<void> {
    const service = services[name];
    if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
    for (const needed of Object.keys(service.depends_on ?? {})) await up(needed);
    const known = running.get(name);
    if (known) return known.ready;
    const started = await start(name, service);
    running.set(name, started);
    return started.ready;
  }

  return {
    up,
    log,
    async run(name, program) {
      const image = images[services[name]?.image ?? ''];
      if (!image) throw new Error(`no local replacement for the image of ${name}`);
      const [command = '', ...args] = await sandboxed(ground, name, image, program);
      const { exitCode, all } = await execa(command, args, { all: true, reject: false, stdin: 'ignore' });
      return { code: exitCode ?? 1, text: all.trim() };
    },
    async kill(name) {
      const it = running.get(name);
      running.delete(name);
      it?.child.kill('SIGKILL');
      await it?.exited;
    },
  };
}
