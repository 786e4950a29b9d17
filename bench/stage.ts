import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { parse, stringify } from 'yaml';
import { clientConverter } from '../codec/data-converter.ts';
import { loadKeys } from '../codec/keys.ts';
import { startWorker } from '../lab/demo/worker.ts';
import { startLab, type Lab } from '../lab/lab.ts';
import type { Progress } from '../lab/setup/cache.ts';
import { startDevServer } from '../lab/setup/dev-server.ts';

/** A whole fleet, Temporal, and a worker in a separate process, as in production. */
export interface Stage extends AsyncDisposable {
  readonly lab: Lab;
  readonly client: Client;
}

/** Turns off announcements, waiting for jobs, and signatures, to measure the service's own time. */
async function changeSite(file: string): Promise<void> {
  const site = parse(await readFile(file, 'utf8')) as { update: object };
  const between = { announce: 'PT0S', waitForJobs: 'PT0S' };
  const update = { ...site.update, waves: ['100%'], between };
  await writeFile(file, stringify({ ...site, approvals: { signed: false }, update }));
}

/** Starts everything; it ends when the stage is disposed of, or with this process. */
export async function startStage(a: { firmwareSeconds: number; progress: Progress }): Promise<Stage> {
  const ends: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (let undo = ends.pop(); undo; undo = ends.pop()) await undo();
  };
  try {
    a.progress('a lab of seven hosts, Temporal, a worker');
    const temporal = await startDevServer({ uiPort: false });
    ends.push(() => temporal.stop());
    const lab = await startLab({ name: `bench-${process.pid}`, busy: false, firmwareSeconds: a.firmwareSeconds });
    ends.push(() => lab.down());
    await changeSite(lab.siteFile);
    const env = { TEMPORAL_ADDRESS: temporal.address, SEMESTER_SITE: lab.siteFile, ...lab.secrets };
    const log = path.join(lab.dir, 'worker.log');
    const worker = await startWorker({ env: { ...process.env, ...env }, port: 0, log });
    ends.push(() => worker.stop());
    const connection = await Connection.connect({ address: temporal.address });
    ends.push(() => connection.close());
    const dataConverter = clientConverter(await loadKeys(lab.secrets));
    const client = new Client({ connection, namespace: temporal.namespace, dataConverter });
    return { lab, client, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
