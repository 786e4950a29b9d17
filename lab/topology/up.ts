import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Condition, Service } from './compose.ts';
import type { Image } from './images.ts';
import { sandboxed, type Ground } from './sandbox.ts';

const PATIENCE_MS = 120_000;

/** The services of the compose file as they run here. */
export interface Topology {
  /** Starts a service and, before it, what it depends on; resolves when it is healthy, or has ended well. @throws Error */
  up(name: string): Promise<void>;
  /** Ends it at once, as a power cut does. */
  kill(name: string): Promise<void>;
  /** What it has written so far. */
  log(name: string): Promise<string>;
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly ready: Promise<void>;
}

/** Runs services in the order that `depends_on` demands, each condition waited for by its own health check. */
export function createTopology(ground: Ground, images: Readonly<Record<string, Image>>): Topology {
  const running = new Map<string, Running>();
  const { services } = ground.compose;
  const logOf = (name: string) => path.join(ground.folder, `${name}.log`);
  const log = (name: string) => readFile(logOf(name), 'utf8');
  const died = async (name: string, why: string) =>
    new Error(`${name} ${why}:\n${(await log(name)).trim().split('\n').slice(-15).join('\n')}`);

  /** A service on a network of its own reaches nobody and is reached by nobody. */
  const apart = (service: Service) => !('default' in (service.networks ?? { default: null }));

  async function start(name: string, service: Service): Promise<Running> {
    const image = images[service.image];
    if (!image) throw new Error(`there is nothing here that stands for the image ${service.image}`);
    const program = [...(service.entrypoint ?? image.entrypoint), ...(service.command ?? [])];
    const inside = await sandboxed(ground, name, image, program);
    const alone = ['unshare', '--net', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh'];
    const output = openSync(logOf(name), 'a');
    const args = ['--pdeathsig', 'KILL', ...(apart(service) ? alone : []), ...inside];
    const child = spawn('setpriv', args, { stdio: ['ignore', output, output] });
    closeSync(output);
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const condition: Condition = service.healthcheck ? 'service_healthy' : 'service_completed_successfully';
    return { child, exited, ready: reached(name, service, condition, child, exited) };
  }

  async function reached(
    name: string,
    service: Service,
    condition: Condition,
    child: ChildProcess,
    exited: Promise<number | null>,
  ): Promise<void> {
    if (condition === 'service_completed_successfully') {
      if ((await exited) !== 0) throw await died(name, `ended with ${child.exitCode}`);
      return;
    }
    const [kind, ...test] = service.healthcheck?.test ?? [];
    const check = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...test] : test;
    const [command = '', ...args] = [
      ...(apart(service) ? ['nsenter', `--net=/proc/${child.pid}/ns/net`] : []),
      ...(await sandboxed(ground, name, images[service.image]!, check)),
    ];
    const giveUp = Date.now() + PATIENCE_MS;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) throw await died(name, 'ended at once');
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
    async kill(name) {
      const it = running.get(name);
      running.delete(name);
      it?.child.kill('SIGKILL');
      await it?.exited;
    },
  };
}
