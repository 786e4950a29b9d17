import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { approverKey } from '../approvers.ts';
import type { CommandResult, SemesterCommand } from '../demo/command.ts';
import { heading, say } from '../demo/ui.ts';
import type { Lab } from '../lab.ts';
import type { Image } from './images.ts';
import type { Topology } from './up.ts';

const NAME = 'drill';
/** Seconds from the start. The backup lies between the approval and the mails. */
const MAILS_AFTER = 100;
const STEP = 'notice-mail-0';

export interface DrillStage {
  readonly folder: string;
  readonly lab: Lab;
  readonly topology: Topology;
  readonly semester: SemesterCommand;
  /** Returns the last line. @throws Error if the command failed */
  readonly expectSuccess: (result: CommandResult) => string;
  /** Waits until the semester waits for a key; null: until it is closed. */
  readonly waitUntilWaitingFor: (name: string, key: string | null) => Promise<void>;
  /** Ends the worker, and puts another image in its place; null: that of this checkout. */
  readonly install: (image: Image | null) => Promise<void>;
}

async function writeSemester(folder: string): Promise<string> {
  const start = Date.now();
  const after = (seconds: number) => new Date(start + seconds * 1000).toISOString();
  const file = path.join(folder, 'drill.yaml');
  const semester = {
    name: NAME,
    title: 'GPU 서버 계정 신청 안내 (복구 연습)',
    deadline: after(MAILS_AFTER + 3600),
    notices: ['PT1H'],
    noticeGateLead: 'PT1H',
    minimumNotice: 'PT10M',
    period: { from: after(2 * 3600), until: after(5 * 3600) },
    applications: { until: after(4 * 3600), every: 'PT1M', grace: 'PT2M' },
  };
  await writeFile(file, stringify(semester));
  return file;
}

interface Line {
  readonly person: string;
  readonly kind: string;
  readonly state: string;
}

/**
 * Notices are approved, a backup is made, the mails go, PostgreSQL loses its power, then the machine is lost: the backup is
 * restored, nothing acts before a person has looked, and nobody gets a mail twice.
 */
export async function drillRecovery(stage: DrillStage): Promise<void> {
  const { folder, lab, topology, semester, expectSuccess, waitUntilWaitingFor } = stage;
  const ledger = async (): Promise<readonly Line[]> => {
    const result = await semester.run('mails', NAME, '--json');
    expectSuccess(result);
    return (JSON.parse(result.text) as { result: readonly Line[] }).result;
  };
  const inState = async (state: string) => (await ledger()).filter((line) => line.state === state).length;
  const acts = async () =>
    (await lab.exec('oloroso', 'cat /root/btrfs-toplevel/semester/acts')).split('\n').filter((line) => line !== '');
  // Without the alarms of the service itself, which say that nothing is done: one comes at each start.
  const mailed = async () =>
    (await lab.services.smtp.mails()).flatMap(({ to, subject = '' }) =>
      subject.startsWith('[gpu-semester]') || !to || Array.isArray(to) ? [] : [`${to.text} ${subject}`],
    );

  heading('A recovery: notices are approved, then a backup is made');
  const file = await writeSemester(folder);
  const dates = ['--semester', file, '--by', 'alice', '--key', approverKey(lab.dir, 'alice')];
  expectSuccess(await semester.run('start', ...dates));
  await waitUntilWaitingFor(NAME, 'gate:notice');
  const key = approverKey(lab.dir, 'bob');
  expectSuccess(
    await semester.run('approve', NAME, 'notice', '--by', 'bob', '--key', key, '--waive', 'nari,rupert', '--yes'),
  );
  await topology.up('backup');
  const [backup = ''] = await readdir(path.join(folder, 'volumes/backups'));
  await execa('cp', [path.join(folder, 'volumes/backups', backup), folder]);
  await topology.kill('backup');
  if ((await inState('sent')) > 0) throw new Error('mails went out before the backup: MAILS_AFTER is too short');
  say(`a backup: ${backup}`);

  heading('The mails go, and PostgreSQL loses its power');
  const giveUp = Date.now() + 240_000;
  let sent = 0;
  // Each entry is settled at once, so the cut can come between any two.
  while (sent < 5 && Date.now() < giveUp) {
    await sleep(2_000);
    sent = await inState('sent');
  }
  if (sent === 0) throw new Error('no mail went out');
  await topology.kill('postgres');
  await topology.up('postgres');
  while (Date.now() < giveUp && (await inState('planned').catch(() => 1)) > 0) await sleep(2_000);
  const settled = (await ledger()).filter(({ state }) => state === 'sent' || state === 'unknown');
  if (settled.length < sent)
    throw new Error(`the ledger had ${sent} sent mails, and has ${settled.length} after the power cut`);
  const before = await mailed();
  const journal = await acts();
  say(
    `${settled.length} mails are in the ledger, ${before.length} on the server, ${journal.length} acts in the journal`,
  );

  heading('The machine is lost; a restore into a started stack is refused, and one into an empty one works');
  const services = ['worker', 'temporal', 'namespace', 'schema', 'codec', 'postgres'];
  for (const name of services) await topology.kill(name);
  for (const part of ['volumes/postgres', 'volumes/state', 'site', 'secrets'])
    await rm(path.join(folder, part), { recursive: true, force: true });
  const restore = ['restore-service', path.join(folder, backup), '--identity', path.join(folder, 'key.txt')];
  const places = ['--site', path.join(folder, 'site/site.yaml'), '--secrets', path.join(folder, 'secrets')];
  say(expectSuccess(await semester.run(...restore, ...places, '--only', 'site', 'secrets')));
  await execa('chown', ['-R', '1000:1000', path.join(folder, 'site')]);
  const inside = (...args: string[]) => topology.run('backup', ['node', 'dist/client/semester.js', ...args]);
  // As the service's account.
  await execa('install', [
    '-o',
    '1000',
    '-g',
    '1000',
    '-m',
    '600',
    path.join(folder, 'key.txt'),
    path.join(folder, 'volumes/backups'),
  ]);
  const again = [
    'restore-service',
    `/backups/${backup}`,
    '--identity',
    '/backups/key.txt',
    '--only',
    'state',
    'store',
    'temporal',
  ];
  await topology.up('schema');
  const refused = await inside(...again);
  if (refused.code !== 2 || !refused.text.includes('not empty')) throw new Error(`not refused: ${refused.text}`);
  say(refused.text);
  for (const name of ['schema', 'postgres']) await topology.kill(name);
  await rm(path.join(folder, 'volumes/postgres'), { recursive: true, force: true });
  await topology.up('postgres');
  say(expectSuccess(await inside(...again)));

  heading('Nothing acts before a person has looked, and nobody is mailed twice');
  for (const name of ['schema', 'temporal', 'namespace', 'worker']) await topology.up(name);
  await waitUntilWaitingFor(NAME, `attention:${STEP}`);
  const parked = await semester.run('status', NAME);
  if (!parked.text.includes('semester recover')) throw new Error(`the step does not say what to type: ${parked.text}`);
  const unasked = (await mailed()).slice(before.length);
  if (unasked.length > 0) throw new Error(`mails went out although nobody was asked: ${unasked.join(', ')}`);
  if ((await acts()).length !== journal.length) throw new Error('the service acted although nobody was asked');
  const confirmed = await inside('recover', '--by', 'bob', '--yes');
  say(expectSuccess(confirmed));
  if (!confirmed.text.includes('sendNotices')) throw new Error(`the list names no mails: ${confirmed.text}`);
  expectSuccess(await semester.run('retry', NAME, STEP, '--by', 'bob', '--reason', 'compared with the mail server'));
  for (const late = Date.now() + 60_000; (await inState('unknown')) < settled.length;) {
    await sleep(1_000);
    if (Date.now() < late) continue;
    const states = (await ledger()).map(({ person, state }) => `${person} ${state}`);
    throw new Error(`mails that may have been sent are not unknown: ${states.join(', ')}`);
  }
  const all = await mailed();
  const doubles = all.filter((mail, at) => all.indexOf(mail) !== at);
  if (doubles.length > 0) throw new Error(`mailed twice: ${doubles.join(', ')}`);
  say(`${await inState('unknown')} mails are unknown, none went out twice`);
  expectSuccess(await semester.run('abort', NAME, '--by', 'bob', '--reason', 'only a drill'));
}
