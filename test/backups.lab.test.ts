import path from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DoctorReport } from '../activities/doctor/contract.ts';
import { PROGRAMS } from '../build/build.ts';
import { approverKey } from '../lab/approvers.ts';
import { startWorker, type DemoWorker } from '../lab/demo/worker.ts';
import { startLab, type Lab } from '../lab/lab.ts';
import { startDevServer, type DevServer } from '../lab/setup/dev-server.ts';
import { copyEmptyStore } from '../lab/setup/empty-store.ts';
import { recipientsOf } from './semester/end-state.ts';
import type { BackupTable } from '../activities/hosts/backup/contract.ts';
import { resultOf } from './client/io.ts';

/** Command line, Temporal's real server, the worker's own process, real hosts: as an operator handles a user's mail. */
let lab: Lab;
let temporal: DevServer;
let worker: DemoWorker;
let env: Record<string, string>;

const semester = (...args: string[]) =>
  execa(process.execPath, [PROGRAMS.semester, ...args], {
    env,
    reject: false,
    stdin: 'ignore',
    all: true,
  });
const BACKUP = '2026-08-20-wipe';

beforeAll(async () => {
  [lab, temporal] = await Promise.all([
    startLab({ hosts: ['asahi'], replica: true, busy: false }),
    startDevServer({ uiPort: false }),
  ]);
  env = {
    TEMPORAL_ADDRESS: temporal.address,
    SEMESTER_SITE: lab.siteFile,
    SEMESTER_PAYLOAD_KEYS: lab.secrets['SEMESTER_PAYLOAD_KEYS'] ?? '',
  };
  await copyEmptyStore(path.join(lab.dir, 'state'));
  const log = path.join(lab.dir, 'worker.log');
  worker = await startWorker({ env: { ...process.env, ...env, ...lab.secrets }, port: await getPort(), log });
});
afterAll(async () => {
  await worker?.stop();
  await temporal?.stop();
  await lab?.down();
});

test('the doctor checks the replica, and backups lists the backups that it lacks', async () => {
  const { stdout } = await semester('doctor', '--site', lab.siteFile, '--json');
  const { checks } = resultOf(stdout) as DoctorReport;
  expect(checks.filter(({ where }) => where === 'pinga').map(({ check, state }) => `${check} ${state}`)).toEqual(
    ['host key', 'sudo', 'clock', 'free space', 'layout'].map((check) => `${check} ok`),
  );
  const { rows } = resultOf((await semester('backups', '--json')).stdout) as BackupTable;
  expect(rows.map(({ name, replica }) => `${name} ${replica}`)).toContain(`${BACKUP} missing`);
  expect((await semester('backups')).stdout).toContain('stays: not on the replica');
});

test('a home is restored after a signed approval, and its owner gets a mail', async () => {
  const user = 'dave';
  const listing = `cd /csehome/${user} && find . -printf '%y %m %U %G %T@ %P\\n' | sort`;
  await lab.exec('oloroso', `mv /csehome/${user} /csehome/bacchus/before`);
  const started = await semester('restore', user, '--from', BACKUP, '--by', 'alice', '--site', lab.siteFile, '--json');
  expect({ code: started.exitCode, said: started.all }).toMatchObject({ code: 0 });
  const { workflowId } = resultOf(started.stdout) as { workflowId: string };
  const approve = (...more: string[]) => semester('approve', workflowId, 'restore', '--by', 'bob', '--yes', ...more);
  await expect.poll(async () => (await semester('plan', workflowId, 'restore')).exitCode, { timeout: 60_000 }).toBe(0);
  expect((await semester('plan', workflowId, 'restore')).stdout).toContain(`/csehome/${user}`);
  // A signature with another approver's key is no approval by bob.
  expect((await approve('--key', approverKey(lab.dir, 'carol'))).all).not.toContain('Gate restore is approved');
  expect(await lab.exec('oloroso', `ls -d /csehome/${user} 2>&1 || true`)).toContain('No such file');
  const good = await approve('--key', approverKey(lab.dir, 'bob'));
  expect(good.all).toContain('Gate restore is approved');
  const told = async () => {
    const mails = await lab.services.smtp.mails();
    return mails.filter((mail) => recipientsOf(mail).some((address) => address.startsWith(`${user}@`))).length;
  };
  await expect.poll(told, { timeout: 60_000 }).toBe(1);
  const old = listing.replace(`/csehome/${user}`, '/csehome/bacchus/before');
  expect(await lab.exec('oloroso', listing)).toBe(await lab.exec('oloroso', old));
  await expect
    .poll(async () => (await semester('status', workflowId)).all, { timeout: 60_000 })
    .toMatch(/COMPLETED|done/);
});
