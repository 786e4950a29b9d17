import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { EXIT } from '../../client/exit.ts';
import type { Status } from '../../domain/status.ts';
import { approverKey } from '../approvers.ts';
import { heading, say } from '../demo/ui.ts';
import type { DrillStage } from './drill.ts';
import { workerOf, workerThatFails } from './images.ts';

const NAME = 'months';
/** Seconds from the start to the deadline: the notice needs its approval first. */
const DEADLINE_AFTER = 90;
const HISTORIES = path.join(import.meta.dirname, '../../test/histories');
/** Longer than a heartbeat may stay away, so the attempt is lost as in an hour; an hour adds only time. */
const DEAD_MS = 75_000;
const WAIT_MS = 180_000;
/** Files in one home, so that the wipe lasts for a moment. */
const FILES = 20_000;

async function writeSemester(folder: string): Promise<string> {
  const start = Date.now();
  const after = (seconds: number) => new Date(start + seconds * 1000).toISOString();
  const file = path.join(folder, 'months.yaml');
  const semester = {
    name: NAME,
    title: 'GPU 서버 계정 신청 안내 (연습)',
    deadline: after(DEADLINE_AFTER),
    notices: ['PT80S'],
    noticeGateLead: 'PT5S',
    minimumNotice: 'PT10S',
    period: { from: after(2 * 3600), until: after(5 * 3600) },
    applications: { until: after(4 * 3600), every: 'PT1M', grace: 'PT2M' },
  };
  await writeFile(file, stringify(semester));
  return file;
}

/** The commit whose runs the newest recordings hold: the release before this one, or UPGRADE_FROM. */
async function oldRelease(): Promise<string> {
  if (process.env['UPGRADE_FROM']) return process.env['UPGRADE_FROM'];
  const newest =
    (await readdir(HISTORIES)).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1) ?? '';
  const { commit } = JSON.parse(await readFile(path.join(HISTORIES, newest, 'recorded.json'), 'utf8')) as {
    commit: string;
  };
  return commit;
}

/**
 * What happens in half a year: a semester is upgraded while a gate is half approved, is stuck and repaired, and its wipe goes on
 * while Temporal is dead. What was approved stays approved, and nothing is done twice.
 */
export async function drillMonths(stage: DrillStage): Promise<void> {
  const { folder, lab, topology, semester, expectSuccess, waitUntilWaitingFor, install } = stage;
  const statusNow = async () => {
    const { text } = await semester.run('status', NAME, '--json');
    return (JSON.parse(text || '{}') as { result?: { status: Status | null } }).result?.status ?? null;
  };
  /** Approves the gate, and waives whom its plan asks to waive. */
  const approve = async (gate: string, by: string) => {
    const waived = (await statusNow())?.gates.find((one) => one.gate === gate)?.plan?.waivable ?? [];
    const waive = waived.length > 0 ? ['--waive', waived.join(',')] : [];
    const key = approverKey(lab.dir, by);
    say(expectSuccess(await semester.run('approve', NAME, gate, '--by', by, '--key', key, ...waive, '--yes')));
  };
  const untilStatus = async (text: string) => {
    for (const giveUp = Date.now() + WAIT_MS; ; await sleep(2_000)) {
      const { text: shown } = await semester.run('status', NAME);
      if (shown.includes(text)) return;
      if (Date.now() > giveUp) throw new Error(`semester status does not say ${text}: ${shown}`);
    }
  };
  const homes = async () => (await lab.exec('oloroso', 'ls /csehome')).split('\n').filter((name) => name !== '');

  heading('Months: a semester begins on the release before this one');
  const commit = await oldRelease();
  await install(await workerOf(commit, folder));
  await topology.up('worker');
  await lab.exec('oloroso', `mkdir -p /csehome/erin/many && cd /csehome/erin/many && seq ${FILES} | xargs touch`);
  const file = await writeSemester(folder);
  expectSuccess(
    await semester.run('start', '--semester', file, '--by', 'alice', '--key', approverKey(lab.dir, 'alice')),
  );
  await waitUntilWaitingFor(NAME, 'gate:notice');
  await approve('notice', 'bob');
  await waitUntilWaitingFor(NAME, 'gate:removal');
  await approve('removal', 'bob');
  await waitUntilWaitingFor(NAME, 'gate:wipe');
  await approve('wipe', 'bob');

  heading('It is upgraded while gate wipe is half approved');
  await install(null);
  const replay = await topology.run('worker', ['node', 'dist/client/semester.js', 'replay']);
  say(expectSuccess(replay));
  await topology.up('worker');

  heading('A release with a fault: one message stops the run; it is repaired');
  await install(await workerThatFails(folder, 'wedge'));
  await topology.up('worker');
  const keep = await semester.run('keep', NAME, 'wedge', '--unknown', '--by', 'bob', '--reason', 'a drill');
  if (keep.code !== EXIT.stuck) throw new Error(`the command does not say that the run is stuck: ${keep.text}`);
  say(keep.text);
  await untilStatus('STUCK');
  say('semester status says STUCK, and what to type');
  const repaired = await semester.run('repair', NAME, '--yes');
  expectSuccess(repaired);
  if (!/were left out[\s\S]*wedge/.test(repaired.text)) throw new Error(`no message was left out: ${repaired.text}`);
  await install(null);
  await topology.up('worker');
  await waitUntilWaitingFor(NAME, 'gate:wipe');
  say('it goes on without that message');

  heading('Temporal dies in the middle of the wipe, for longer than a heartbeat may stay away');
  const before = await homes();
  // On the host: when the first home is gone, the job is held, so that Temporal dies in its middle.
  const held = lab.exec(
    'oloroso',
    `until [ "$(ls /csehome | wc -l)" -lt ${before.length} ]; do sleep 0.02; done; systemctl freeze 'semester-*.service'; ls /csehome | wc -l`,
  );
  await approve('wipe', 'carol');
  const left = Number(await held);
  if (left <= 1) throw new Error('the wipe had ended before it could be held: raise FILES');
  await topology.kill('temporal');
  say(`Temporal is dead; ${left} of ${before.length} entries are left`);
  await lab.exec('oloroso', "systemctl thaw 'semester-*.service'");
  await sleep(DEAD_MS);
  const after = await homes();
  if (after.some((name) => name !== 'bacchus' && name !== 'prof'))
    throw new Error(`the wipe did not go on without Temporal: ${after.join(', ')}`);
  say('the wipe has ended on the host, without Temporal');
  await topology.up('temporal');
  const wiped = async () => (await statusNow())?.steps.find(({ step }) => step === 'wipe-homes');
  for (const giveUp = Date.now() + WAIT_MS; ((await wiped())?.state ?? 'running') === 'running'; await sleep(2_000))
    if (Date.now() > giveUp) throw new Error('the semester does not hear that the wipe has ended');
  const { state, round, proof } = (await wiped())!;
  if (state !== 'done' || round !== 1) throw new Error(`wipe-homes is ${state} in round ${round}`);
  say(`the semester has the proof of the first round: ${proof?.summary}`);
  expectSuccess(await semester.run('abort', NAME, '--by', 'bob', '--reason', 'only a drill'));
  await waitUntilWaitingFor(NAME, null);
}
