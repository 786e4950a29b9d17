import { expect, test } from 'vitest';
import { audit } from '../../client/audit/audit.ts';
import { workflowsToFetch } from '../../client/audit/compare.ts';
import type { Found, FoundAct, FoundDecision, FoundGroup, FoundLedger } from '../../client/audit/found.ts';
import type { Execution } from '../../signing/export-format.ts';
import * as workflows from '../../workflows/index.ts';
import { exportOf, historyOf, type Part } from './exported.ts';

const [workflow, run] = ['semester/2027-spring', 'run-1'];
const REF = { workflow: `${workflow}@${run}`, step: 'backup', round: 1, byHand: false };
const SITE = { approvers: ['kim'], quorum: { removal: 1 }, signed: false, hosts: [], rollout: {} };
const at = (hour: string) => `2027-02-01T${hour}:00.000Z`;

/** A semester that takes a backup between one and three o'clock, and accepts heidi at five. */
const PARTS: readonly Part[] = [
  { activity: 'readSite', result: SITE },
  {
    activity: 'takeBackup',
    input: { host: 'oloroso', ref: REF },
    result: {},
    at: at('01:00'),
    until: at('03:00'),
  },
  { activity: 'proveLockout', input: { keep: [{ user: 'prof' }] }, result: {}, at: at('03:30') },
  { activity: 'mailApplicants', input: {}, result: {}, at: at('05:00') },
  { activity: 'acceptApplicants', input: { users: [{ user: 'heidi' }] }, result: {}, at: at('05:00') },
];
const semester = (parts: readonly Part[] = PARTS) => historyOf({ workflow, run }, parts);
const BACKUP: FoundAct = { at: at('02:00'), activity: 'takeBackup', workflow, host: 'oloroso' };
const MAILS: FoundAct = { at: at('05:00'), activity: 'mailApplicants', workflow, mails: ['mark-1'] };
const LEDGER: FoundLedger = {
  mails: [{ semester: '2027-spring', kind: 'accepted', person: 'heidi', at: at('05:00'), mark: 'mark-1' }],
  decisions: [],
  lists: {},
  staying: null,
};
const GROUP: FoundGroup = { group: 'gpu', members: ['prof', 'Heidi', 'admin'], implied: [], exempt: ['admin'] };
const FOUND: Found = {
  acts: [BACKUP, MAILS],
  jobs: [{ host: 'oloroso', unit: 'semester-1', workflow: REF.workflow, at: at('01:30') }],
  ledger: LEDGER,
  group: GROUP,
  executions: [],
  allowedSigners: [],
  gaps: [],
};

const compared = (change: Partial<Found> = {}, histories: readonly Execution[] = [semester()]) =>
  audit(exportOf(histories), { found: { ...FOUND, ...change } });
const problemsOf = async (change: Partial<Found>, histories?: readonly Execution[]) =>
  (await compared(change, histories)).problems;
const one = (text: RegExp) => [expect.stringMatching(text) as string];

test('what the histories show is no problem', async () => {
  expect(await compared()).toMatchObject({ problems: [], notCompared: [], others: [] });
  // Something of an earlier semester.
  const old = '2026-08-01T00:00:00.000Z';
  expect(await problemsOf({ acts: [...FOUND.acts, { ...BACKUP, at: old, workflow: 'semester/old' }] })).toEqual([]);
});

test('the file alone says what it does not compare, and how to give access', async () => {
  const { notCompared, problems } = await audit(exportOf([semester()]));
  expect(problems).toEqual([]);
  expect(notCompared).toHaveLength(3);
  for (const [index, source] of ['hosts', 'ID server', 'ledger'].entries())
    expect(notCompared[index]).toMatch(new RegExp(`the ${source}: .*On the worker's machine`));
  expect(await compared({ gaps: ['the group gpu: no password'] })).toMatchObject({
    notCompared: ['the group gpu: no password'],
  });
  const closed = { ledger: null, gaps: ['the ledger: it is in use'] };
  expect((await compared(closed)).notCompared).toEqual([
    'the ledger: it is in use',
    expect.stringMatching(/the group gpu/),
  ]);
});

test('an act that no history shows is a problem: another time, host, activity or workflow', async () => {
  const stray = (change: Partial<FoundAct>) => problemsOf({ acts: [...FOUND.acts, { ...BACKUP, ...change }] });
  expect(await stray({ at: at('04:00') })).toEqual(
    one(/takeBackup on oloroso by semester\/2027-spring at .*04:00.* no history/),
  );
  expect(await stray({ host: 'asahi' })).toEqual(one(/takeBackup on asahi/));
  expect(await stray({ activity: 'drainHost' })).toEqual(one(/drainHost on oloroso/));
  expect(await stray({ workflow: 'attack' })).toEqual(one(/by attack at/));
  expect(await stray({ workflow: '' })).toEqual(one(/by no workflow at/));
  const twice = [FOUND.acts, { ...BACKUP, at: at('06:00') }, { ...BACKUP, at: at('07:00') }].flat();
  expect(await problemsOf({ acts: twice })).toEqual(one(/06:00.*, 2 times until .*07:00/));
});

test('an attempt that failed, and one that runs, count as shown', async () => {
  const parts = (until: string | null): readonly Part[] =>
    PARTS.map((part) =>
      'activity' in part && part.activity === 'takeBackup' ? { ...part, result: undefined, until } : part,
    );
  expect(await problemsOf({}, [semester(parts(at('03:00')))])).toEqual([]);
  const late = { acts: [{ ...BACKUP, at: at('09:00') }, MAILS] };
  expect(await problemsOf(late, [semester(parts(null))])).toEqual([]);
  expect(await problemsOf(late, [semester(parts(at('03:00')))])).toEqual(one(/takeBackup on oloroso/));
});

test('a job that no step names is a problem', async () => {
  const [job] = FOUND.jobs;
  const stray = (change: object) => problemsOf({ jobs: [...FOUND.jobs, { ...job!, unit: 'semester-2', ...change }] });
  expect(await stray({ workflow: 'semester/2027-spring@run-0' })).toEqual(
    one(/oloroso: the job semester-2 of semester\/2027-spring@run-0 started at .* no step of a history names it/),
  );
  expect(await stray({ at: at('08:00') })).toEqual(one(/started at 2027-02-01T08:00/));
  expect(await stray({ workflow: '' })).toEqual(one(/of no workflow/));
  // Each worker empties the trash by itself.
  expect(await stray({ workflow: 'trash/lab' })).toEqual([]);
});

test('a mail that no act announced is a problem', async () => {
  const mail = { semester: '2027-spring', kind: 'notice-0', person: 'erin', at: at('02:00'), mark: 'mark-2' };
  expect(
    await problemsOf({ ledger: { ...LEDGER, mails: [...LEDGER.mails, mail, { ...mail, person: 'bob' }] } }),
  ).toEqual(one(/the ledger holds 2 mails notice-0 of 2027-spring since .* no journal holds the act that sent them/));
});

test('who joined or left the group without a plan, an acceptance or an exemption is a problem', async () => {
  const group = (members: readonly string[], more: Partial<FoundLedger> = {}) =>
    problemsOf({ group: { ...GROUP, members }, ledger: { ...LEDGER, ...more } });
  expect(await group([...GROUP.members, 'mallory'])).toEqual(one(/mallory is in the group gpu: no plan keeps them/));
  expect(await group(['prof'])).toEqual(one(/heidi is not in the group gpu any more, and no plan removed them/));
  expect(await group([...GROUP.members, 'carol'], { staying: ['carol'] })).toEqual([]);
  expect(await group(GROUP.members, { staying: ['carol'] })).toEqual(one(/carol is not in the group gpu any more/));
  const implied = { ...GROUP, implied: ['carol'] };
  expect(await problemsOf({ group: implied, ledger: { ...LEDGER, staying: ['carol'] } })).toEqual([]);
});

test('a group that a later semester has emptied is not compared, and the audit says so', async () => {
  const next = 'semester/2027-autumn';
  const history = historyOf({ workflow: next, run: 'run-9' }, [
    { activity: 'removeMembers', result: {}, at: at('09:00') },
  ]);
  const { notCompared, problems } = await compared({
    acts: [...FOUND.acts, { at: at('09:00'), activity: 'removeMembers', workflow: next }],
    executions: [history],
    group: { ...GROUP, members: [] },
  });
  expect(notCompared).toEqual(one(/the group gpu: semester\/2027-autumn has emptied it since/));
  // The other semester is audited with this one: nobody had approved that.
  expect(problems).toEqual(one(/semester\/2027-autumn: removeMembers at .* with 0 of 1 approvals/));
});

test('a decision about an applicant that no approver sent is a problem', async () => {
  const decision: FoundDecision = { user: 'ivan', verdict: 'approve', by: ['kim'], said: at('04:00') };
  const judged = (change: Partial<FoundDecision> = {}, users = ['Ivan']) => {
    const judgement = { verdict: 'approve', users, by: 'kim', at: at('04:00') };
    const input = { judgement, workflow, run, signed: false };
    const parts: readonly Part[] = [
      ...PARTS,
      { signal: 'judge', input: judgement },
      { activity: 'judgeApplicants', input, result: { signed: null } },
    ];
    return problemsOf({ ledger: { ...LEDGER, decisions: [{ ...decision, ...change }] } }, [semester(parts)]);
  };
  expect(await judged()).toEqual([]);
  expect(await judged({ verdict: 'reject' })).toEqual(one(/the store holds: reject ivan, by kim; no message/));
  expect(await judged({ said: at('05:00') })).toEqual(one(/approve ivan/));
  expect(await judged({}, ['judy'])).toEqual(one(/approve ivan/));
  expect(await problemsOf({ ledger: { ...LEDGER, decisions: [decision], lists: { 'sha256:x': ['ivan'] } } })).toEqual(
    [],
  );
  const rejected = { semester: '2027-spring', kind: 'rejected', person: 'judy', at: at('05:00'), mark: 'mark-1' };
  expect(await problemsOf({ ledger: { ...LEDGER, mails: [...LEDGER.mails, rejected] } })).toEqual(
    one(/judy was told of a rejection, and nobody decided it/),
  );
});

test('what another workflow did meanwhile is fetched, listed and audited; one of another type is a problem', async () => {
  const act = { at: at('06:00'), activity: 'drainHost', workflow: 'update/1', host: 'asahi' };
  const acts = [...FOUND.acts, act];
  const exported = exportOf([semester()]);
  expect(workflowsToFetch(exported, acts)).toEqual(['update/1']);
  expect(workflowsToFetch(exported, [{ ...BACKUP, at: '2027-02-03T00:00:00.000Z' }])).toEqual([workflow]);
  expect(workflowsToFetch(exported, [{ ...act, at: '2026-02-03T00:00:00.000Z' }])).toEqual([]);
  const update = (type: string) =>
    historyOf({ workflow: 'update/1', run: 'run-5', type }, [
      { activity: 'drainHost', input: { host: 'asahi' }, result: {}, at: at('06:00') },
    ]);
  const result = await compared({ acts, executions: [update('fleetUpdate')] });
  expect(result.others).toEqual([{ workflow: 'update/1', type: 'fleetUpdate', acts: 1 }]);
  expect(result.problems).toEqual(one(/update\/1: drainHost asahi at .* with 0 of 1 approvals/));
  expect((await compared({ acts, executions: [update('attack')] })).problems).toContainEqual(
    expect.stringMatching(/update\/1 acted, and is of the type "attack", which the service does not have/),
  );
});

test('every workflow of the service may act', async () => {
  for (const type of Object.keys(workflows)) {
    const history = historyOf({ workflow: 'x', run: 'run-x', type }, [
      { activity: 'takeBackup', result: {}, at: at('06:00') },
    ]);
    const acts = [...FOUND.acts, { at: at('06:00'), activity: 'takeBackup', workflow: 'x' }];
    expect(await problemsOf({ acts, executions: [history] })).toEqual([]);
  }
});

test('a run that goes on after the export is read on, but must begin as in the file', async () => {
  const more: Part = {
    activity: 'takeBackup',
    input: { host: 'oloroso', ref: REF },
    result: {},
    at: '2027-02-03T00:00:00.000Z',
  };
  const acts = [...FOUND.acts, { ...BACKUP, at: '2027-02-03T00:00:00.000Z' }];
  expect(await problemsOf({ acts, executions: [semester([...PARTS, more])] })).toEqual([]);
  const [first, ...others] = PARTS;
  const changed = semester([{ ...first!, result: { ...SITE, approvers: ['mallory'] } }, ...others, more]);
  expect(await problemsOf({ acts, executions: [changed] })).toEqual(
    one(/the file and Temporal hold different histories/),
  );
});
