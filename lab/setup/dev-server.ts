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
/** The development server forgets closed workflows after a day; a semester's should last a year, as in production. */
const RETENTION = '365 days';

/** A Temporal server to run against. */
export interface DevServer {
  /** `127.0.0.1:7233` */
  readonly address: string;
  readonly namespace: string;
  /** Address of the Web UI, where there is one. */
  readonly uiUrl: string | null;
  /** Ends it and waits for its end; safe to call twice. Does nothing to a server that was given by TEMPORAL_ADDRESS. */
  stop(): Promise<void>;
}

export interface DevServerOptions {
  /** SQLite file, kept from one start to the next; in memory when not given. */
  readonly dbFile?: string;
  /** A free one when not given. */
  readonly port?: number;
  /** `false`: no UI; a free port when not given. */
  readonly uiPort?: number | false;
  /** Where the UI has encrypted payloads decoded: the address of `serveCodec`. */
  readonly codecEndpoint?: string;
  readonly progress?: Progress;
}

/** Asks once: throws until the server answers, then makes it ready for semesters. */
async function prepare(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '1s' });
  try {
    await registerSearchAttributes(connection.operatorService, NAMESPACE);
    await connection.workflowService.updateNamespace({
      namespace: NAMESPACE,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    });
  } finally {
    await connection.close();
  }
}

/** Asks until the server is ready, has ended, or has had 30 s. */
async function whenReady(address: string, ended: () => boolean, said: () => string): Promise<void> {
  const giveUp = Date.now() + 30_000;
  for (;;) {
    try {
      return await prepare(address);
    } catch (error) {
      if (ended()) throw new SetupError(`Temporal's development server ended at once: ${said()}`);
      if (Date.now() > giveUp) throw new SetupError(`Temporal's development server does not answer: ${String(error)}`);
      await sleep(100);
    }
  }
}

/** The server's settings in production: what is measured and tried here is what will be used. */
async function dynamicConfig(): Promise<string[]> {
  const file = new URL('../../compose/dynamicconfig.yaml', import.meta.url);
  const settings = parse(await readFile(file, 'utf8')) as Record<string, readonly [{ readonly value: unknown }]>;
  return Object.entries(settings).flatMap(([key, [{ value }]]) => [
    '--dynamic-config-value',
    `${key}=${JSON.stringify(value)}`,
  ]);
}

/**
 * Starts Temporal's development server on loopback, with the search attributes and a year's retention, and waits until
 * it answers (about 2 s). It dies with this process, however that dies.
 * @throws SetupError when there is no `temporal` command to be had, or the server does not come up.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const command = await temporalCommand(options.progress);
  const port = options.port ?? (await getPort());
  const uiPort = options.uiPort === false ? null : (options.uiPort ?? (await getPort()));
  const flags = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  flags.push(...(await dynamicConfig()));
  if (options.dbFile !== undefined) flags.push('--db-filename', options.dbFile);
  flags.push(...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]));
  if (uiPort !== null && options.codecEndpoint !== undefined) flags.push('--ui-codec-endpoint', options.codecEndpoint);
  // The kernel ends it when this process is killed: an exit handler would not run then.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2000)));
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
  };
  await whenReady(
    address,
    () => child.exitCode !== null || child.signalCode !== null,
    () => said.trim(),
  ).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { address, namespace: NAMESPACE, uiUrl: uiPort === null ? null : `http://127.0.0.1:${uiPort}`, stop };
}
