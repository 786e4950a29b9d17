import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { execa } from 'execa';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createLookOnlyRemote } from '../activities/hosts/remote/look-only.ts';
import { run } from '../client/main.ts';
import { clientConverter } from '../codec/data-converter.ts';
import { parseKeys } from '../codec/keys.ts';
import { loadSite } from '../config/load.ts';
import { startLab, type Lab } from '../lab/lab.ts';
import { startDevServer, type DevServer } from '../lab/setup/dev-server.ts';
import { createWorker, type SemesterWorker } from '../worker/create.ts';
import { secretsOf } from './activities/doctor/fleet.ts';
import { recorder } from './client/io.ts';
import { changesBetween, stateOfLab } from './support/traces-of-lab.ts';
import { resultOf } from './client/io.ts';

/** Command line → Temporal → worker → lab, as people use it. The store is a PostgreSQL, so rows can be compared. */
let lab: Lab;
let temporal: DevServer;
let made: SemesterWorker;
let ran: Promise<void>;
let client: Client;
let storeUrl: string;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  [lab, temporal] = await Promise.all([
    startLab({ hosts: ['asahi', 'bernini'], busy: false }),
    startDevServer({ uiPort: false }),
  ]);
  storeUrl = await database('store');
  const secrets = { ...secretsOf(lab), databaseUrl: storeUrl };
  const dataConverter = clientConverter(parseKeys(secrets.payloadKeys ?? ''));
  const connection = await Connection.connect({ address: temporal.address });
  client = new Client({ connection, dataConverter });
  const native = await NativeConnection.connect({ address: temporal.address });
  made = await createWorker({
    connection: native,
    namespace: temporal.namespace,
    siteFile: lab.siteFile,
    secrets,
    bundle: { codePath: inject('workflowBundle') },
    graceMs: 1000,
  });
  ran = made.worker.run();
  closing.push(
    () => connection.close(),
    () => native.close(),
  );
});
afterAll(async () => {
  made.worker.shutdown();
  await ran;
  await made.close();
  for (const close of closing) await close();
  await Promise.all([temporal.stop(), lab.down()]);
});

async function database(name: string): Promise<string> {
  const url = new URL(lab.services.idServer.adminUrl);
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  url.pathname = `/${name}`;
  return url.href;
}

const SEMESTER = [
  '--name',
  '2099-spring',
  '--deadline',
  '2099-02-10',
  '--period-from',
  '2099-03-02',
  '--period-until',
  '2099-08-10',
  '--applications-until',
  '2099-07-31',
];

async function semester(...args: string[]) {
  const io = recorder(null, client);
  const code = await run([...args, '--site', lab.siteFile], io);
  return { code, text: io.lines.join('\n'), notes: io.notes.join('\n') };
}

test('rehearse plans every gate of a semester that has not started, and writes nothing', async () => {
  // Mounted on one host, not on the other: both stay as they are.
  await lab.exec('asahi', 'mountpoint -q /root/btrfs-toplevel || mount /root/btrfs-toplevel');
  await lab.exec('bernini', '! mountpoint -q /root/btrfs-toplevel || umount /root/btrfs-toplevel');
  const before = await stateOfLab(lab, storeUrl);
  const html = path.join(lab.dir, 'rehearsal.html');
  const { code, text } = await semester('rehearse', ...SEMESTER, '--html', html);
  const json = await semester('rehearse', ...SEMESTER, '--mode', 'reinstall', '--order', 'update-first', '--json');
  const doctor = await semester('doctor', '--json');
  expect(changesBetween(before, await stateOfLab(lab, storeUrl))).toEqual([]);

  expect(code).toBe(0);
  expect(doctor.code).toBe(0);
  expect(resultOf(doctor.text)).toMatchObject({ checks: expect.any(Array) });
  const order = [...text.matchAll(/^Gate (\S+):/gm)].map(([, gate]) => gate);
  expect(order).toEqual(['notice', 'removal', 'wipe', 'prune', 'rollout', 'form', 'publish']);
  expect(text).toContain('ara (ko)');
  expect(text).toMatch(/deadline.* 2099년 2월 10일/);
  expect(text).toContain('wipe 2');
  expect(text).toContain('There is no backup yet');
  expect(text).toContain('It cannot be planned before the image exists');
  expect(text).toMatch(/Gate removal.*(?:\n .*)*\n +To be waived by name:\n\s+\? rupert\n\s+\? nari\n/);
  expect(text).toContain('Every gate can be asked.');

  const page = await readFile(html, 'utf8');
  for (const part of ['srcdoc=', 'dave', '2099년 3월 2일', 'title: &#34;2099']) expect(page).toContain(part);
  expect(page).not.toContain('undefined');
  const { gates } = resultOf(json.text) as {
    gates: { gate: string; plan: string | null; instructions: string | null }[];
  };
  expect(gates.map(({ gate }) => gate).slice(0, 5)).toEqual(['notice', 'removal', 'reinstall', 'rollout', 'wipe']);
  expect(gates.find(({ gate }) => gate === 'wipe')?.plan).toMatch(/name: dave\n/);
  expect(gates.find(({ gate }) => gate === 'reinstall')?.instructions).toContain('asahi');
});

test('the check for writes detects each kind of write', async () => {
  let before = await stateOfLab(lab, storeUrl);
  const changed = async (write: () => Promise<unknown>) => {
    await write();
    const after = await stateOfLab(lab, storeUrl);
    const names = changesBetween(before, after).map((line) => line.replace(/ [-+] .*/s, ''));
    before = after;
    return [...new Set(names)];
  };
  expect(await changed(() => lab.exec('bernini', 'mount -t tmpfs none /mnt'))).toEqual(['bernini']);
  expect(await changed(() => lab.exec('asahi', 'touch /local/.docker/root'))).toEqual(['asahi']);
  expect(await changed(() => lab.exec('oloroso', 'touch /csehome/bacchus'))).toEqual(['oloroso']);
  expect(await changed(() => made.store.putNamed('health', 1))).toEqual(['store']);
  expect(await changed(() => lab.services.idServer.requestJoin('ara'))).toEqual(['ID server']);
  const bare = fileURLToPath(lab.services.git.url);
  expect(await changed(() => execa('git', ['-C', bare, 'branch', 'other', 'main']))).toEqual(['git']);
});

test('the kernel rejects writes of a read-only script, and unknown scripts do not run', async () => {
  const site = async () => await loadSite(lab.siteFile);
  const remote = createLookOnlyRemote({ site, secrets: secretsOf(lab) });
  try {
    const makesFolder = { name: 'list-snapshots', args: ['/root/btrfs-toplevel', 'no-such-folder'] };
    await expect(remote.run('asahi', makesFolder)).rejects.toThrow(/Read-only file system/);
    await expect(remote.run('asahi', { name: 'prune', args: [] })).rejects.toThrow(/is not a read-only script/);
    await expect(
      remote.job('asahi', { workflow: 'w', step: 's', round: 1, byHand: false }, { name: 'wipe', args: [] }),
    ).rejects.toThrow(/is not a read-only script/);
  } finally {
    await remote.close();
  }
});

test('preview shows a mail as one person would get it, gpus shows every host, and neither writes', async () => {
  const before = await stateOfLab(lab, storeUrl);
  const html = path.join(lab.dir, 'mail.html');
  const mail = await semester('preview', 'accepted', '--for', 'ara', '--html', html);
  expect(mail).toMatchObject({ code: 0, text: expect.stringMatching(/^To: .*@.*\nSubject: .*계정이 준비되었습니다/) });
  expect(mail.notes).toContain('The dates are examples');
  expect(await readFile(html, 'utf8')).toContain('asahi');
  expect(await semester('preview', 'nothing', '--for', 'ara')).toMatchObject({
    code: 1,
    notes: expect.stringContaining('there is no mail "nothing"; the mails are accepted'),
  });
  const gpus = await semester('gpus', '--json');
  const seen = resultOf(gpus.text) as { host: string; gpus: unknown[] }[];
  expect(seen.map((one) => [one.host, one.gpus.length])).toEqual([
    ['asahi', 2],
    ['bernini', 2],
  ]);
  expect(await semester('gpus', '--idle')).toMatchObject({ code: 2, notes: expect.stringContaining('gpus: { sample') });
  expect(changesBetween(before, await stateOfLab(lab, storeUrl))).toEqual([]);
});

test('rehearse reports a gate that it cannot plan, plans the others, and exits with 1', async () => {
  await lab.powerCut('bernini');
  const { code, text } = await semester('rehearse', ...SEMESTER);
  expect(code).toBe(1);
  expect(text).toMatch(/Gate wipe: COULD NOT BE LOOKED AT\n\s+bernini .*is it on/);
  expect(text).toContain('Gate publish: as it would be asked now');
  const doctor = await semester('doctor');
  expect(doctor.code).toBe(1);
  expect(doctor.text).toMatch(/(WRONG|문제) +(host key|호스트 키), bernini/);
});
