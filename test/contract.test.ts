import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Made } from '../activities/contract.ts';
import { refuse, tryAgain } from '../activities/failures.ts';
import { breachOf, breachOfFailure, CONTRACTS, holdsContract } from './support/contract.ts';
import { beforeAnything } from './support/unasked.ts';
import { createWorld } from './support/world.ts';
import type { World } from './support/world-state.ts';

const names = Object.keys(CONTRACTS) as (keyof Made)[];
/** These talk to Temporal, in the world too. */
const LOCKS: readonly string[] = ['requestGrant', 'deferTask', 'demandWiped', 'endDeferred', 'awaitEnd'];

const createFleet = (prepare: (world: World) => void = () => {}) => {
  const client = () => ({}) as Client;
  const world = createWorld({ now: async () => Date.parse('2027-02-11T03:00:00Z'), client, taskQueue: 'q' });
  prepare(world);
  return world;
};

const at = '2027-02-11T00:00:00.000Z';
const day = '2027-03-01';
const semester = {
  name: '2027-spring',
  deadline: day,
  notices: ['P7D'],
  noticeGateLead: 'P7D',
  minimumNotice: 'P7D',
  period: { from: day, until: '2027-08-10' },
  applications: { until: '2027-04-01', every: 'PT10M', grace: 'PT1H', nudges: ['P3D'] },
  keep: [],
};
const proven = (what: string, facts: object) => ({ what, at, summary: '', how: 'service', facts });
const users = [{ kind: 'accept', user: 'heidi', uid: 8 }];

/** The arguments of all activities in one object; each activity reads its own fields. */
const ARGUMENTS = {
  ref: { workflow: 'semester/2027-spring', step: 'a-step', round: 1, byHand: false },
  semester,
  calendar: { nextSemesterFrom: '2027-02-01T00:00:00Z', deadline: at },
  site: 'lab',
  host: 'asahi',
  hosts: ['asahi'],
  leader: 'asahi',
  followers: ['bernini'],
  waves: [['bernini']],
  canary: null,
  keep: [],
  users: ['heidi'],
  user: 'erin',
  who: 'erin',
  by: 'bob',
  index: 0,
  edition: 1,
  digest: 'sha256:d',
  before: 'sha256:a',
  after: at,
  until: at,
  askedAt: null,
  announced: false,
  named: true,
  reason: 'mainboard',
  close: true,
  label: 'gpu-update',
  kind: 'gate',
  about: 'wipe',
  key: 'k',
  name: '2027-spring',
  restore: { user: 'erin' },
  url: 'https://form.example/1',
  formUrl: 'https://form.example/1',
  opens: at,
  bootIdBefore: 'boot-asahi',
  mails: [{ kind: 'mail-accepted', user: 'heidi', uid: 8 }],
  image: proven('image', { name: 'i', path: '/i', snapshotUuid: 'u', parent: null, bytes: 1, sha256: 's', changes: 1 }),
  backup: proven('backup', { name: 'b', path: '/b', uuid: 'u', readOnly: true, generation: 7, nested: 0 }),
  proofs: { keep: [], waived: [], absence: [] },
  judgement: { verdict: 'approve', users: ['heidi'], by: 'bob', at },
  signed: false,
  statement: { by: 'bob' },
  signature: 'x',
};
/** Arguments of activities for which the same key means another thing. */
const OTHERS: Partial<Record<keyof Made, object>> = {
  acceptApplicants: { users },
  rejectApplicants: { users },
  approveListed: { by: ['bob'] },
  passGate: { gate: 'wipe', round: 1, approvals: [{ by: 'bob' }] },
  passHandGate: { gate: 'form', round: 1, by: 'bob', reason: 'made', value: 'https://f', signature: null },
  passStart: { startedBy: 'bob', from: null, signed: null },
  remindApprovers: { parent: null, since: at, everyMs: 86_400_000, questions: [] },
};

const UNASKED: readonly string[] = Object.keys(beforeAnything);
const asked = names.filter((name) => !LOCKS.includes(name) && !UNASKED.includes(name));

test.each(asked)('the fleet in memory keeps the contract of %s', async (name) => {
  const world = createFleet((one) => {
    one.sessions.clear();
    one.members.clear();
    one.merged = true;
    one.makesForm = 'https://form.example/made';
    one.replica = 'pinga';
    one.nextStarted = '2027-fall';
    one.review.add('heidi');
    one.due.push({ kind: 'accept', user: 'heidi', uid: 8 });
    one.running.set('asahi', '2027-02-11-gpu-update');
  });
  const act = world.acts[name] as (a: unknown) => Promise<unknown>;
  if (name === 'recordBounce') {
    world.members.add('erin');
    await world.acts.planNotices(ARGUMENTS as never);
  }
  if (name === 'excludeHost') await world.acts.planExclude(ARGUMENTS);
  // Fails with `ContractBreach` if the world breaks the contract.
  const answer = act({ ...ARGUMENTS, ...OTHERS[name] });
  // A reminder has no end: the next one is another attempt.
  if (name === 'remindApprovers') await expect(answer).rejects.toMatchObject({ type: 'NothingNew' });
  else await answer;
});

test('a drift fails: another fact, a missing fact, another kind, another failure, another retry', async () => {
  const backup = await createFleet().acts.takeBackup({ ref: ARGUMENTS.ref, since: at });
  expect(breachOf('takeBackup', backup)).toBeNull();
  expect(breachOf('takeBackup', { ...backup, facts: { ...backup.facts, size: 1 } })).toMatch(
    /takeBackup answers .*size/s,
  );
  const { uuid: _, ...lacking } = backup.facts;
  expect(breachOf('takeBackup', { ...backup, facts: lacking })).toMatch(/uuid/);
  expect(breachOf('takeBackup', { ...backup, what: 'replica' })).toMatch(/what/);
  expect(breachOfFailure('prune', refuse('PlanVoid', 'it holds no more'))).toBeNull();
  expect(breachOfFailure('prune', tryAgain('PlanVoid', 'it holds no more'))).toMatch(/not final/);
  expect(breachOfFailure('prune', refuse('ParentMissing', 'no base'))).toMatch(/may not fail with ParentMissing/);
  expect(breachOfFailure('prune', refuse('Unreachable', 'it is off'))).toMatch(/Unreachable, which is final/);
  const drifted = holdsContract({ recordGrants: async () => 'done' as unknown as void });
  await expect(drifted.recordGrants()).rejects.toMatchObject({ type: 'ContractBreach' });
});

test('each contract names a test that runs the real activity through it, or the reason for none', () => {
  const unheld = names.flatMap((name) => {
    const { held } = CONTRACTS[name];
    if (typeof held !== 'string') return [];
    const file = path.join(import.meta.dirname, '..', held);
    if (!existsSync(file)) return [`${name}: there is no ${held}`];
    // Tests of test/semester and test/workflows run a worker with every activity, or the real locks.
    const isNamed = !held.startsWith('test/activities/') || readFileSync(file, 'utf8').includes(name);
    return isNamed ? [] : [`${name}: not in ${held}`];
  });
  expect(unheld).toEqual([]);
});
