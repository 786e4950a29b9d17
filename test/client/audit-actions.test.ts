import { expect, test } from 'vitest';
import { traceActions, type Run } from '../../client/audit/actions.ts';
import type { Facts } from '../../client/audit/facts.ts';
import type { JudgedReport } from '../../client/audit/hand-reports.ts';
import type { Judged } from '../../client/audit/verdicts.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const placed = <T>(at: number, value: T) => ({ at, time: '', value });
const warrantsOf = (run: Run, ...others: Run[]) => traceActions(run, [run, ...others]);
const facts = {
  workflow: 'semester/2027-spring',
  firstRun: 'r',
  children: [],
  calls: [],
  done: [],
  deferrals: [],
  tasks: [],
  startedBy: 'alice',
  sites: [placed(0, { quorum: { wipe: 2 } })],
  plans: [
    placed(1, {
      gate: 'wipe',
      digest,
      empty: false,
    }),
  ],
  actions: [
    placed(9, {
      name: 'wipeHomes',
      gates: ['wipe'],
      digest,
      waived: [],
    }),
  ],
} as unknown as Facts;
const verdict = (by: string, key: string | null, more: object = {}): Judged =>
  ({
    at: 5,
    counts: true,
    key,
    statement: { by, digest, round: 1, verdict: 'approve', waive: null, ...more },
  }) as Judged;
const enough = (...judged: Judged[]) => warrantsOf({ facts, judged, reports: [], starts: [] })[0]!.enough;

test('two people are two names with two keys', () => {
  expect(enough(verdict('bob', 'SHA256:b'), verdict('carol', 'SHA256:c'))).toBe(true);
  expect(enough(verdict('bob', null), verdict('carol', null))).toBe(true);
  expect(enough(verdict('bob', 'SHA256:b'), verdict('carol', 'SHA256:b'))).toBe(false);
  expect(enough(verdict('bob', 'SHA256:b'), verdict('bob', 'SHA256:c'))).toBe(false);
});

test('the starter’s verdict, another round, another plan and a rejection authorise nothing', () => {
  const bob = verdict('bob', 'SHA256:b');
  expect(enough(bob, verdict('alice', 'SHA256:a'))).toBe(false);
  expect(enough(bob, verdict('carol', 'SHA256:c', { round: 2 }))).toBe(false);
  expect(enough(bob, verdict('carol', 'SHA256:c', { digest: `sha256:${'cd'.repeat(32)}` }))).toBe(false);
  const carol = verdict('carol', 'SHA256:c');
  expect(enough(bob, carol, verdict('dave', 'SHA256:d', { verdict: 'reject' }))).toBe(false);
  expect(enough(bob, { ...carol, at: 10 })).toBe(false);
});

test('before the gate only the site’s canary boots an image, and only with proven absence', () => {
  const site = { quorum: { rollout: 1 }, hosts: ['asahi', 'bernini', 'cojito'], rollout: { canary: 'cojito' } };
  const boots = (host: string, rest: object = {}, canary: object = site.rollout) => {
    const action = {
      name: 'hostUpdate',
      gates: ['rollout'],
      digest: null,
      waived: [],
      follower: { host, leader: 'asahi' },
    };
    const sites = [placed(0, { ...site, rollout: canary })];
    const seen = { ...facts, sites, plans: [], actions: [placed(9, { ...action, ...rest })] } as unknown as Facts;
    return warrantsOf({ facts: seen, judged: [], reports: [], starts: [] })[0]!.enough;
  };
  expect(boots('cojito')).toBe(true);
  expect(boots('bernini')).toBe(false);
  expect(boots('bernini', {}, {})).toBe(true);
  expect(boots('cojito', {}, { canary: false })).toBe(false);
  expect(boots('cojito', { follower: null })).toBe(false);
});

const approved = [verdict('bob', 'SHA256:b'), verdict('carol', 'SHA256:c')];
const at9 = (value: object) => [placed(9, { digest: null, waived: [], gates: ['wipe'], name: 'x', ...value })];
const run = (part: object, judged: Judged[] = []): Run => ({
  facts: { ...facts, actions: [], ...part },
  judged,
  reports: [],
  starts: [],
});

test('an action without a plan uses the newest plan of its gate, here or in the workflow that started it', () => {
  const alone = run({ actions: at9({}) }, approved);
  expect(warrantsOf(alone)[0]!.enough).toBe(true);
  expect(warrantsOf(run({ actions: at9({}) }))[0]!.enough).toBe(false);
  expect(warrantsOf(run({ actions: at9({ gates: ['prune'] }) }, approved))[0]!.enough).toBe(false);
  const child = run({ workflow: 'child', firstRun: 'c', plans: [], actions: at9({}) });
  const early = { time: '2027-02-11T00:00:00Z' };
  const parent = (children: object[]) =>
    run(
      { children, plans: facts.plans.map((plan) => ({ ...plan, ...early })) },
      approved.map((one) => ({ ...one, ...early })),
    );
  const late = {
    ...child,
    facts: { ...child.facts, actions: [{ ...child.facts.actions[0]!, time: '2027-02-12T00:00:00Z' }] },
  };
  const before = {
    ...child,
    facts: { ...child.facts, actions: [{ ...child.facts.actions[0]!, time: '2027-02-10T00:00:00Z' }] },
  };
  const known = parent([{ workflow: 'child', run: 'c' }]);
  expect(warrantsOf(late, known)[0]!.enough).toBe(true);
  expect(warrantsOf(before, known)[0]!.enough).toBe(false);
  expect(warrantsOf(late, parent([]))[0]!.enough).toBe(false);
});

test('a plan of another gate approves nothing', () => {
  expect(warrantsOf(run({ actions: at9({ digest, gates: ['prune'] }) }, approved))[0]!.enough).toBe(false);
});

test('a host reverts only if the approved plan names it', () => {
  const goes = (host: string, result: readonly string[]) => {
    const calls = [{ name: 'hostsToRollBack', input: { plan: digest }, result, scheduledAt: 6, completedAt: 7 }];
    const listed = { host, by: 'hostsToRollBack' };
    return warrantsOf(run({ calls, actions: at9({ listed }) }, approved))[0]!;
  };
  expect(goes('asahi', ['asahi'])).toMatchObject({ enough: true, reason: null });
  expect(goes('bernini', ['asahi'])).toMatchObject({ enough: false, reason: 'the plan does not name bernini' });
});

test('work by hand counts if its report counts', () => {
  const reported = (change: object) => {
    const report = { at: 3, counts: true, statement: { done: 'reinstall', by: 'bob' }, ...change } as JudgedReport;
    return warrantsOf({ ...run({ actions: at9({ gates: ['reinstall'] }) }), reports: [report] })[0]!;
  };
  expect(reported({})).toMatchObject({ enough: true, approvedBy: ['bob'] });
  expect(reported({ counts: false }).enough).toBe(false);
  expect(reported({ at: 10 }).enough).toBe(false);
  expect(reported({ statement: { done: 'leader-work', by: 'bob' } }).enough).toBe(false);
});

test('a host does only what a workflow deferred to it, after the approval there', () => {
  const task = { kind: 'wipe-docker', plan: digest, by: { workflow: facts.workflow, run: 'r' } };
  const deferrals = (host: string, more: object = {}) => [placed(8, { host, task: { ...task, ...more } })];
  const good = run({ deferrals: deferrals('asahi') }, approved);
  const time = '2027-02-11T00:00:00Z';
  const known = (one: Run): Run => ({
    ...one,
    facts: { ...one.facts, deferrals: one.facts.deferrals.map((d) => ({ ...d, time })) },
  });
  const host = (tasks: object[], deferrer: Run, action: object = { digest }) => {
    const actions = [{ ...at9(action)[0]!, time: '2027-02-12T00:00:00Z' }];
    const here = run({ workflow: 'host/asahi', firstRun: 'h', plans: [], tasks, actions });
    return warrantsOf(here, known(deferrer))[0]!;
  };
  expect(host([], good)).toMatchObject({ enough: false, reason: 'no workflow had deferred it' });
  expect(host([task], good)).toMatchObject({ enough: true, approvedBy: ['bob', 'carol'] });
  expect(host([task], good, {})).toMatchObject({ enough: true });
  expect(host([task], run({ deferrals: deferrals('asahi') }))).toMatchObject({ enough: false, approvedBy: [] });
  expect(host([task], run({ deferrals: deferrals('bernini') }, approved))).toMatchObject({ enough: false });
  expect(host([{ ...task, plan: 'sha256:other' }], good)).toMatchObject({ enough: false });
  expect(host([{ kind: 'open-logins' }], good)).toMatchObject({ enough: false });
  const other = { ...task, by: { workflow: 'update/x', run: 'u' } };
  expect(host([other], run({}))).toMatchObject({ enough: true, name: 'x (deferred by update/x)' });
});
