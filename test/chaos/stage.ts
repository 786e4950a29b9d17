import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import getPort from 'get-port';
import { parse, stringify } from 'yaml';
import { clientConverter } from '../../codec/data-converter.ts';
import { loadKeys } from '../../codec/keys.ts';
import { startLab, type Lab } from '../../lab/lab.ts';
import { startDevServer } from '../../lab/setup/dev-server.ts';
import { copyEmptyStore } from '../../lab/setup/empty-store.ts';
import { build, workflowFileOf } from '../../build/build.ts';
import { installHolds } from './held.ts';
import { failActivities, standBy, type Boundary, type KillableWorker } from './killable.ts';

export const [LEADER, ...FOLLOWERS] = ['asahi', 'bernini', 'cojito'];
export const HOSTS = [LEADER, ...FOLLOWERS];

/** Three hosts, a replica, a Temporal that can be restarted and workers that can be killed. */
export interface Stage extends AsyncDisposable {
  readonly lab: Lab;
  readonly client: Client;
  /** From now on workers ask this at each boundary whether they may go on. */
  atBoundary(passes: (boundary: Boundary) => boolean): void;
  /** Has the worker that stands by take work, and another one stand by for it. Does nothing while one works. */
  startWorker(): Promise<void>;
  /** `kill -9`; resolves when Temporal knows of it. */
  killWorker(): Promise<void>;
  /** Ends Temporal's server and starts it again with what it had written down. */
  restartTemporal(meanwhile: () => Promise<unknown>): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const ends: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (let undo = ends.pop(); undo; undo = ends.pop()) await undo();
  };
  try {
    const lab = await startLab({ name: `chaos-${process.pid}`, hosts: HOSTS, replica: true, busy: false });
    ends.push(() => lab.down());
    // With the lab, so that nothing is left of it if this process is killed.
    const server = { uiPort: false, port: await getPort(), dbFile: path.join(lab.dir, 'temporal.db') } as const;
    let temporal = await startDevServer(server);
    ends.push(() => temporal.stop());
    await Promise.all([changeSite(lab.siteFile), ...lab.hosts.map(({ name }) => installHolds(lab, name))]);
    const { address } = temporal;
    const connection = await Connection.connect({ address });
    ends.push(() => connection.close());
    const client = new Client({ connection, dataConverter: clientConverter(await loadKeys(lab.secrets)) });
    await build();
    const bundle = workflowFileOf('required');
    await copyEmptyStore(path.join(lab.dir, 'state'));
    const env = { ...process.env, ...lab.secrets };
    const another = () => {
      const worker = standBy({ address, siteFile: lab.siteFile, bundle, env });
      ends.push(() => worker.kill());
      return worker;
    };
    let next = another();
    let working: KillableWorker | null = null;
    let passes: (boundary: Boundary) => boolean = () => true;
    return {
      lab,
      client,
      atBoundary(may) {
        passes = may;
      },
      async startWorker() {
        if (working) return;
        working = next;
        await working.work((boundary) => passes(boundary));
        // Not before: loading would slow this one down.
        next = another();
      },
      async killWorker() {
        await working?.kill();
        working = null;
        await failActivities(client);
      },
      async restartTemporal(meanwhile) {
        await temporal.stop();
        await meanwhile();
        temporal = await startDevServer(server);
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function changeSite(file: string): Promise<void> {
  const site = parse(await readFile(file, 'utf8')) as { update: object };
  const between = { announce: 'PT0S', waitForJobs: 'PT0S' };
  // No image of an earlier roll-out goes: each leaves the same behind.
  const update = { ...site.update, waves: ['100%'], keepImages: 99, between };
  await writeFile(file, stringify({ ...site, approvals: { signed: false }, drain: { warn: 'PT0S' }, update }));
}
