import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import getPort from 'get-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientConverter } from '../../codec/data-converter.ts';
import { loadKeys } from '../../codec/keys.ts';
import { semesterWorkflowId } from '../../domain/names.ts';
import type { Status } from '../../domain/status.ts';
import { approverKey } from '../../lab/approvers.ts';
import { semesterCommand } from '../../lab/demo/command.ts';
import { NAME, writeSemesterFile } from '../../lab/demo/semester-file.ts';
import { startWorker } from '../../lab/demo/worker.ts';
import { startLab, type Lab } from '../../lab/lab.ts';
import { startDevServer, type DevServer } from '../../lab/setup/dev-server.ts';
import { copyEmptyStore } from '../../lab/setup/empty-store.ts';
import { findReadable, findInDatabase, PERSONAL, secretWords, inspectNamespace } from '../../lab/stored.ts';

let lab: Lab;
let temporal: DevServer;
let connection: Connection;
let folder: string;
const database = () => path.join(folder, 'temporal.db');

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'encryption-'));
  [lab, temporal] = await Promise.all([
    startLab({ hosts: ['asahi'] }),
    startDevServer({ dbFile: database(), uiPort: false }),
  ]);
  await copyEmptyStore(path.join(lab.dir, 'state'));
  connection = await Connection.connect({ address: temporal.address });
});
afterAll(async () => {
  await connection?.close();
  await temporal?.stop();
  await lab?.down();
  await rm(folder, { recursive: true, force: true });
});

test('real names, addresses and secrets, from the notices to the plan of the wipe: Temporal stores none in readable form', async () => {
  const outside = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|SEMESTER)_/.test(name));
  const env = {
    ...Object.fromEntries(outside),
    TEMPORAL_ADDRESS: temporal.address,
    SEMESTER_SITE: lab.siteFile,
    ...lab.secrets,
  };
  const worker = await startWorker({ env, port: await getPort(), log: path.join(folder, 'worker.log') });
  const semester = semesterCommand(env);
  const dataConverter = clientConverter(await loadKeys(lab.secrets));
  const handle = new Client({ connection, dataConverter }).workflow.getHandle(semesterWorkflowId(NAME));
  const gate = async (name: string) => {
    const open = async () =>
      (await handle.query<Status>('status')).gates.find((one) => one.gate === name && one.state === 'open');
    await expect.poll(open, { timeout: 120_000, interval: 500 }).toBeDefined();
    return (await open())!;
  };
  const approve = async (name: string) => {
    const { plan } = await gate(name);
    const waive = plan?.waivable.length ? ['--waive', plan.waivable.join(',')] : [];
    const args = ['approve', NAME, name, '--by', 'bob', '--key', approverKey(lab.dir, 'bob'), '--yes', ...waive];
    expect(await semester.run(...args)).toMatchObject({ code: 0 });
  };
  try {
    await writeSemesterFile(path.join(folder, 'semester.yaml'), 'busy');
    const args = ['--semester', path.join(folder, 'semester.yaml'), '--by', 'alice'];
    expect(await semester.run('start', ...args)).toMatchObject({ code: 0 });
    await approve('notice');
    // The resulting attention names the refused recipient and the reason.
    lab.services.smtp.failNext({ kind: 'refuse', to: 'erin@example.org' });
    await approve('removal');
    await gate('wipe');
    const shown = await semester.run('plan', NAME, 'wipe');
    expect(shown.text).toMatch(/\bgrace\b/);
    await semester.run('gpus', 'asahi');
    expect(await semester.run('keep', NAME, 'zoe', '--by', 'bob', '--reason', 'thesis of zoe@snu.ac.kr')).toMatchObject(
      { code: 0 },
    );
    expect(await semester.run('abort', NAME, '--by', 'bob', '--reason', 'seen enough of erin')).toMatchObject({
      code: 0,
    });
    await handle.result();
  } finally {
    await worker.stop();
  }
  const words = [...PERSONAL, ...secretWords(lab.secrets)];
  const stored = await inspectNamespace(connection, temporal.namespace);
  // The history must contain data to search.
  expect(stored.encrypted).toBeGreaterThan(150);
  expect(findReadable(stored, words)).toEqual([]);
  expect(stored.unencrypted).toEqual([]);
  expect(await findInDatabase(database(), words)).toEqual([]);
  // The same search finds public data, so it would find names as well.
  expect(await findInDatabase(database(), [semesterWorkflowId(NAME), 'planRemoval'])).toHaveLength(2);
});
