import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import getPort from 'get-port';
import { parse } from 'yaml';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';
import { SetupError } from './apt.ts';
import type { Progress } from './cache.ts';
import { temporalCommand } from './temporal.ts';

const NAMESPACE = 'default';
/** As in production. The development server's default is one day. */
const RETENTION = '365 days';

/** A Temporal server to run against. */
export interface DevServer {
  /** `127.0.0.1:7233` */
  readonly address: string;
  readonly namespace: string;
  /** Address of the Web UI; null without a UI. */
  readonly uiUrl: string | null;
  /** Stops the server and waits for its end; safe to call twice. Does nothing for a server of TEMPORAL_ADDRESS. */
  stop(): Promise<void>;
}

export interface DevServerOptions {
  /** SQLite file that persists between starts; default: in memory. */
  readonly dbFile?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** `false`: no UI; default: a free port. */
  readonly uiPort?: number | false;
  /** Codec endpoint for the UI: the address of `serveCodec`. */
  readonly codecEndpoint?: string;
  /** Dynamic configuration beyond that of production. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly progress?: Progress;
}

/** Connects once and prepares the server for semesters; throws if it does not answer. */
async function prepare(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '1s' });
  try {
    await registerSearchAttributes(connection, NAMESPACE);
    await connection.workflowService.updateNamespace({
      namespace: NAMESPACE,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    });
  } finally {
    await connection.close();
  }
}

/** Retries until the server is ready. @throws SetupError if it exits, or after 30 s */
async function whenReady(address: string, ended: () => boolean, output: () => string): Promise<void> {
  const giveUp = Date.now() + 30_000;
  for (;;) {
    try {
      return await prepare(address);
    } catch (error) {
      if (ended()) {
        const Failure = /address already in use|^panic:|^goroutine /m.test(output()) ? PortTaken : SetupError;
        throw new Failure(`Temporal's development server exited: ${output()}`);
      }
      if (Date.now() > giveUp) throw new SetupError(`Temporal's development server does not answer: ${String(error)}`);
      await sleep(100);
    }
  }
}

/** Flags for the dynamic configuration of production, so that tests and benchmarks use the same settings. */
async function dynamicConfig(more: DevServerOptions['settings'] = {}): Promise<string[]> {
  const file = new URL('../../compose/dynamicconfig.yaml', import.meta.url);
  const settings = parse(await readFile(file, 'utf8')) as Record<string, readonly [{ readonly value: unknown }]>;
  const values = Object.entries(settings).map(([key, [{ value }]]) => [key, value] as const);
  return [...values, ...Object.entries(more)].flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${JSON.stringify(value)}`,
  ]);
}

/** Another process took a port between its choice and its use. */
class PortTaken extends SetupError {}
const STARTS = 4;

/**
 * Starts Temporal's development server on loopback, with the search attributes and a year's retention, and waits until
 * it answers (about 2 s). It ends with this process, even if that is killed.
 * @throws SetupError if the `temporal` command cannot be installed, or the server does not start.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  for (let left = STARTS - 1; ; left--) {
    try {
      return await startOnce(options);
    } catch (error) {
      // The server also chooses ports of its own for its services, and panics if one was taken since. Others start at the same time.
      if (left === 0 || !(error instanceof PortTaken)) throw error;
    }
  }
}

async function startOnce(options: DevServerOptions): Promise<DevServer> {
  const command = await temporalCommand(options.progress);
  const port = options.port ?? (await getPort());
  const uiPort = options.uiPort === false ? null : (options.uiPort ?? (await getPort()));
  const flags = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  flags.push(...(await dynamicConfig(options.settings)));
  if (options.dbFile !== undefined) flags.push('--db-filename', options.dbFile);
  flags.push(...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]));
  if (uiPort !== null && options.codecEndpoint !== undefined) flags.push('--ui-codec-endpoint', options.codecEndpoint);
  // The kernel kills it with this process; an exit handler does not run after SIGKILL.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(0, 4000)));
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
  };
  await whenReady(
    address,
    () => child.exitCode !== null || child.signalCode !== null,
    () => output.trim(),
  ).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { address, namespace: NAMESPACE, uiUrl: uiPort === null ? null : `http://127.0.0.1:${uiPort}`, stop };
}
