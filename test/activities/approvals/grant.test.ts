import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { passGate } from '../../../activities/approvals/pass-gate.ts';
import { passHandGate } from '../../../activities/approvals/pass-hand-gate.ts';
import { passStart } from '../../../activities/approvals/pass-start.ts';
import { activitiesAfter, withAuthority } from '../../../activities/with-authority.ts';
import type { Made } from '../../../activities/contract.ts';
import { refuse } from '../../../activities/failures.ts';
import { overlayOf } from '../../../activities/store/overlay.ts';
import type { Store } from '../../../activities/store/store.ts';
import { digestOf } from '../../../domain/digest.ts';
import { planGateOf, type PlanGate } from '../../../domain/gates/index.ts';
import type { Claim, FirstRun } from '../../../domain/grant.ts';
import type { Phase } from '../../../domain/names.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Site } from '../../../domain/site.ts';
import { doneStatement, startStatement, statementOf } from '../../../domain/statement.ts';
import { signStatement } from '../../../signing/ssh-keygen.ts';
import { newKey } from '../../signing/keys.ts';
import { holdsContract } from '../../support/contract.ts';

const SEMESTER: FirstRun = { workflow: 'semester/2027-spring', run: 'run-1' };
/** A workflow of somebody who can schedule activities, and holds the payload key, but no key of an approver. */
const ATTACKER: FirstRun = { workflow: 'semester/attack', run: 'run-x' };
const ENTRY = { name: 'erin', owner: 'erin', uid: 1001, object: 'inode 5', born: '1.000000000' };
const WIPE = {
  semester: '2027-spring',
  edition: 0,
  storage: 'oloroso',
  home: '/csehome',
  homes: [ENTRY],
  dockerDirectory: '/local/.docker',
  docker: { asahi: [ENTRY] },
  also: {},
  trash: 'P14D',
  deferred: ['cojito'],
  kept: [],
  exemptOwned: [],
  unnoticed: [],
  backup: 'uuid-1',
  site: 'sha256:site',
};
const REMOVAL = {
  site: 'sha256:site',
  group: 'gpu',
  semester: '2027-spring',
  edition: 0,
  remove: [{ uid: 1, username: 'erin' }],
};

const POST = {
  semester: '2027-spring',
  title: 't',
  path: '_posts/p.md',
  content: 'c',
  formUrl: 'https://form.example/1',
  form: { title: 't', description: 'd', questions: [], id: null },
  repository: 'r',
  branch: 'main',
  publish: 'push',
};

const ROLLOUT = {
  image: 'image-1',
  sha256: 'good',
  leader: 'asahi',
  canary: null,
  waves: [['cojito']],
  packages: [],
  files: [],
  differences: [],
};
const LOCKOUT = { what: 'lockout', summary: 'out', facts: {}, how: 'found' };

/** A worker with real signatures and a store in memory; its activities only record that they were called. */
async function worker({ signed = true }: { signed?: boolean } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'grant-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const store = overlayOf(EMPTY);
  const keys = { kim: await newKey(), lee: await newKey(), park: await newKey() };
  const allowedSigners = path.join(folder, 'allowed_signers');
  const write = (lines: Partial<Record<string, { line: string }>>) =>
    writeFile(
      allowedSigners,
      Object.entries(lines)
        .map(([name, key]) => `${name} namespaces="gpu-semester" ${key!.line}\n`)
        .join(''),
    );
  await write(keys);
  const site = {
    approvers: ['kim', 'lee', 'park'].map((name) => ({ name })),
    quorum: { wipe: 2, removal: 1, rollout: 1, publish: 1 } as Partial<Record<PlanGate, number>>,
    approvals: { signed, allowedSigners },
    hosts: [{ name: 'asahi' }, { name: 'bernini' }],
    excluded: [{ name: 'cojito' }],
    update: { leader: 'asahi' },
  } as unknown as Site;
  let now = new Date('2027-02-10T00:00:00Z');
  let caller: readonly [FirstRun, ...FirstRun[]] = [SEMESTER];
  const done: string[] = [];
  const given: object[] = [];
  const act = (name: string) => async (a: object) => {
    given.push(a);
    done.push(`${name} ${(a as { host?: string }).host ?? ''}`.trim());
    return null;
  };
  const dependencies = {
    site: async () => site,
    store,
    clock: () => now,
    lineage: async () => caller,
    activitiesAfter,
  };
  const names = [
    'removeMembers',
    'wipeHomes',
    'wipeDocker',
    'drainHost',
    'deferTask',
    'endDeferred',
    'switchRoot',
    'publishForm',
    'buildFullImage',
    'includeHost',
    'tidyHost',
    'endWipe',
    'checkLayout',
    'rebootHost',
    'judgeApplicants',
    'acceptApplicants',
    'rejectApplicants',
    'mailApplicants',
  ];
  const plan =
    (gate: PlanGate, binding: object, ref: Partial<PlanRef> = {}) =>
    async (): Promise<PlanRef> => ({
      gate,
      headline: '',
      counts: {},
      rows: [],
      total: 0,
      kept: [],
      warnings: [],
      confirm: '',
      digest: await store.putPlan({ gate, binding, observed: {} }),
      waivable: [],
      empty: false,
      ...ref,
    });
  const real = holdsContract({
    passGate: passGate(dependencies),
    passHandGate: passHandGate(dependencies),
    passStart: passStart(dependencies),
  });
  let next: () => Promise<PlanRef> = plan('wipe', WIPE);
  const acts = withAuthority(
    {
      ...Object.fromEntries(names.map((name) => [name, act(name)])),
      proveLockout: async ({ at = '2027-02-10T00:00:00.000Z' }: { at?: string }) => ({ ...LOCKOUT, at }),
      planWipe: () => next(),
      ...real,
    } as unknown as Made,
    dependencies,
  ) as unknown as Record<string, (a: object) => Promise<unknown>>;
  const call = (name: string, a: object = {}) => acts[name]!(a);
  return {
    keys,
    done,
    given,
    write,
    call,
    as: (...who: readonly [FirstRun, ...FirstRun[]]) => void (caller = who),
    at: (time: string) => void (now = new Date(time)),
    /** Makes a plan as the activity of a gate does. */
    async plan(gate: PlanGate, binding: object, ref: Partial<PlanRef> = {}, keep: readonly object[] = []) {
      next = plan(gate, binding, ref);
      return ((await call('planWipe', { keep })) as PlanRef).digest;
    },
    /** A signed approval, as the command line sends it. */
    async claim(
      by: 'kim' | 'lee' | 'park',
      about: { gate: PlanGate; round?: number; digest: string; waive?: readonly string[] },
      { key = keys[by], of = SEMESTER }: { key?: { file: string }; of?: FirstRun } = {},
    ): Promise<Claim> {
      const { waive } = about;
      const verdict = { round: 1, ...about, verdict: 'approve', by } as const;
      return { by, ...(waive && { waive }), signature: await signStatement(statementOf(verdict, of), key.file) };
    },
    pass: (about: { gate: PlanGate; round?: number; digest: string }, approvals: readonly Claim[]) =>
      call('passGate', { round: 1, startedBy: 'park', ...about, approvals }),
    async start(from: Phase | null, key: { file: string } | null, workflow = SEMESTER.workflow) {
      const at = '2027-02-01T00:00:00.000Z';
      const signature = key && (await signStatement(startStatement({ workflow, by: 'kim', from, at }), key.file));
      return call('passStart', { startedBy: 'kim', from, signed: signature && { at, signature } });
    },
  };
}
/** What is written lies over it. */
const EMPTY = {
  getNamed: async () => null,
  showPlan: async () => {
    throw refuse('PlanVoid', 'the store holds no such plan');
  },
} as unknown as Store;
const REF = { workflow: `${SEMESTER.workflow}@${SEMESTER.run}`, step: 'wipe-homes', round: 1, byHand: false };
const NO_GRANT = { type: 'NoGrant', nonRetryable: true };
const PROOFS = { keep: [], waived: [] };
const wipeOf = (plan: string, more: object = {}) => ({ ref: REF, plan, proofs: PROOFS, ...more });

test('every plan gate has activities that its grant permits', () => {
  expect(activitiesAfter('wipe')).toEqual(expect.arrayContaining(['wipeHomes', 'wipeDocker', 'drainHost']));
  expect(planGateOf('wipe')!.reachOf(WIPE)).toEqual({ hosts: ['oloroso', 'asahi', 'cojito'] });
});

test('attack: with the payload key and no key of an approver, the group stays and no home is deleted', async () => {
  const w = await worker();
  w.as(ATTACKER);
  const removal = await w.plan('removal', REMOVAL);
  const wipe = await w.plan('wipe', WIPE);
  await expect(w.call('removeMembers', { ref: REF, plan: removal })).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(
      /removeMembers is not permitted for semester\/attack: no approval of gate removal/,
    ) as string,
  });
  const forged = ['kim', 'lee'].map((by) => ({ by }));
  await expect(w.pass({ gate: 'wipe', digest: wipe }, forged)).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(/0 of 2 approvals count; kim did not sign; lee did not sign/) as string,
  });
  // A key of one's own under the name of an approver.
  const own = await newKey();
  const claim = await w.claim('kim', { gate: 'removal', digest: removal }, { key: own, of: ATTACKER });
  await expect(w.pass({ gate: 'removal', digest: removal }, [claim])).rejects.toMatchObject(NO_GRANT);
  for (const host of ['asahi', 'oloroso'])
    await expect(w.call('drainHost', { ref: REF, host, keep: [], close: true })).rejects.toMatchObject(NO_GRANT);
  await expect(w.call('wipeHomes', wipeOf(wipe))).rejects.toMatchObject(NO_GRANT);
  await expect(w.call('wipeDocker', wipeOf(wipe, { host: 'asahi' }))).rejects.toMatchObject(NO_GRANT);
  expect(w.done).toEqual([]);
});

test('what two people approved is done, for this plan, these hosts and these waivers only', async () => {
  const w = await worker();
  const digest = await w.plan('wipe', { ...WIPE, unnoticed: ['erin'] }, { waivable: ['erin'] });
  const other = await w.plan('wipe', WIPE);
  const about = { gate: 'wipe', digest, waive: ['erin'] } as const;
  const claims = [await w.claim('kim', about), await w.claim('lee', about)];
  expect(await w.pass({ gate: 'wipe', digest }, claims)).toMatchObject({
    what: 'grant',
    summary: 'gate wipe round 1: kim and lee approved',
    facts: { signed: true, until: '2027-03-12T00:00:00.000Z' },
  });
  const waived = { proofs: { ...PROOFS, waived: ['erin'] } };
  await w.call('wipeHomes', wipeOf(digest, waived));
  // The same step may repeat, and a child acts for its parent.
  await w.call('wipeHomes', wipeOf(digest, waived));
  w.as({ workflow: `${SEMESTER.workflow}/child`, run: 'run-2' }, SEMESTER);
  await w.call('wipeDocker', wipeOf(digest, { host: 'asahi', ...waived }));
  expect(w.done).toEqual(['wipeHomes', 'wipeHomes', 'wipeDocker asahi']);

  const refused = (name: string, a: object, why: RegExp) =>
    expect(w.call(name, a)).rejects.toMatchObject({ ...NO_GRANT, message: expect.stringMatching(why) as string });
  await refused('wipeHomes', wipeOf(other), /round 1 approved the plan .*, not /);
  await refused('wipeDocker', wipeOf(digest, { host: 'bernini' }), /does not name bernini/);
  await refused('wipeHomes', wipeOf(digest, { proofs: { ...PROOFS, waived: ['prof'] } }), /do not waive prof/);
  await refused('removeMembers', { ref: REF, plan: digest }, /no approval of gate removal/);
  w.as(ATTACKER);
  await refused('wipeHomes', wipeOf(digest), /not permitted for semester\/attack/);
  w.as(SEMESTER);
  w.at('2027-03-12T00:00:00Z');
  await refused('wipeHomes', wipeOf(digest), /its approval has ended at 2027-03-12/);
});

test('approvals of another run, gate, round or plan do not count, nor does one person with two names', async () => {
  const w = await worker();
  const digest = await w.plan('wipe', WIPE);
  const about = { gate: 'wipe', digest } as const;
  const lee = await w.claim('lee', about);
  const refused = async (claims: readonly Claim[], why: RegExp, of: Partial<typeof about & { round: number }> = {}) =>
    expect(w.pass({ ...about, ...of }, claims)).rejects.toMatchObject({
      ...NO_GRANT,
      message: expect.stringMatching(why) as string,
    });
  await refused([lee], /1 of 2 approvals count/);
  await refused([lee, lee], /1 of 2 approvals count; lee counts once/);
  await refused([lee, await w.claim('kim', about, { of: { ...SEMESTER, run: 'run-0' } })], /kim did not sign this/);
  await refused([lee, await w.claim('kim', { ...about, round: 2 })], /kim did not sign this/);
  await refused([lee, await w.claim('kim', { ...about, gate: 'removal' })], /kim did not sign this/);
  await refused([lee, await w.claim('kim', { gate: 'wipe', digest: digestOf('another') })], /kim did not sign this/);
  await refused([lee, await w.claim('park', about)], /park started the workflow/);
  await refused([lee, { by: 'mallory', signature: lee.signature! }], /mallory is not an approver/);
  await w.write({ ...w.keys, kim: w.keys.lee });
  await refused([lee, await w.claim('kim', about, { key: w.keys.lee })], /kim signed with the key of another approver/);
  await w.write({ lee: w.keys.lee });
  await refused([lee, await w.claim('kim', about)], /kim did not sign this/);
  await w.write(w.keys);
  await refused([lee], /no activity has made the plan .* for this gate/, { digest: digestOf('unknown') });
  await refused([lee], /no activity has made the plan .* for this gate/, { gate: 'removal' as never });
});

test('the approval of an older round is void once a newer round has passed', async () => {
  const w = await worker();
  const first = { gate: 'removal', digest: await w.plan('removal', REMOVAL) } as const;
  const second = { gate: 'removal', round: 2, digest: await w.plan('removal', { ...REMOVAL, edition: 1 }) } as const;
  const old = [await w.claim('kim', first)];
  await w.pass(first, old);
  await w.pass(second, [await w.claim('kim', second)]);
  await expect(w.pass(first, old)).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(/round 2 .* has passed since/) as string,
  });
  await expect(w.call('removeMembers', { ref: REF, plan: first.digest })).rejects.toMatchObject(NO_GRANT);
  await w.call('removeMembers', { ref: REF, plan: second.digest });
});

test('the reopening ends what was permitted before it', async () => {
  const w = await worker();
  const removal = { gate: 'removal', digest: await w.plan('removal', REMOVAL) } as const;
  await w.pass(removal, [await w.claim('kim', removal)]);
  const drain = { ref: REF, host: 'bernini', keep: [] };
  await w.call('drainHost', drain);
  const post = { gate: 'publish', digest: await w.plan('publish', POST) } as const;
  await w.pass(post, [await w.claim('lee', post)]);
  await expect(w.call('drainHost', drain)).rejects.toMatchObject(NO_GRANT);
  await w.call('publishForm', { ref: REF, plan: post.digest });
});

test('without signatures the same path runs on claims, and says so', async () => {
  const w = await worker({ signed: false });
  const digest = await w.plan('wipe', WIPE);
  const passed = await w.pass({ gate: 'wipe', digest }, [{ by: 'kim' }, { by: 'lee' }]);
  expect(passed).toMatchObject({
    summary: expect.stringMatching(/claims without a signature/) as string,
    facts: { signed: false },
  });
  await w.call('wipeHomes', wipeOf(digest));
  // A signature that is sent must be valid all the same.
  const wrong = { by: 'kim', signature: (await w.claim('lee', { gate: 'wipe', digest })).signature! };
  await expect(w.pass({ gate: 'wipe', round: 2, digest }, [wrong, { by: 'lee' }])).rejects.toMatchObject(NO_GRANT);
});

test('a start permits only to look and to close logins, and what follows an empty removal; one signature starts one run', async () => {
  const w = await worker();
  const look = { ref: { ...REF, byHand: true }, host: 'bernini', keep: [], close: true };
  await w.start('prune', null);
  await expect(w.call('drainHost', look)).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(/the start of semester\/2027-spring is not signed/) as string,
  });
  expect(await w.start('prune', w.keys.kim)).toMatchObject({
    facts: { by: 'kim', signed: true, signedWith: { key: w.keys.kim.fingerprint } },
  });
  await w.call('drainHost', look);
  await expect(w.call('drainHost', { ...look, ref: REF, host: 'oloroso' })).rejects.toMatchObject(NO_GRANT);
  await w.plan('removal', { ...REMOVAL, remove: [] }, { empty: true });
  await w.call('drainHost', { ...look, ref: REF, host: 'oloroso' });
  // The plan is empty because its caller exempts everyone: the drain must spare them, too.
  const everyone = [{ user: 'erin', reason: 'x' }];
  await w.plan('removal', { ...REMOVAL, remove: [] }, { empty: true }, everyone);
  await expect(w.call('drainHost', { ...look, ref: REF, host: 'oloroso' })).rejects.toMatchObject(NO_GRANT);
  await w.call('drainHost', { ...look, ref: REF, host: 'oloroso', keep: [...everyone, { user: 'zoe', reason: 'y' }] });
  // A semester may be started half a year before its deadline.
  w.at('2027-08-20T00:00:00Z');
  await w.call('drainHost', { ...look, ref: REF, host: 'oloroso', keep: everyone });
  expect(await w.start('prune', w.keys.lee)).toMatchObject({ summary: expect.stringMatching(/is a claim/) as string });
  w.as({ ...SEMESTER, run: 'run-2' });
  expect(await w.start('prune', w.keys.kim)).toMatchObject({
    summary: expect.stringMatching(/has started the run run-1 before/) as string,
    facts: { signed: false },
  });
  await expect(w.call('drainHost', look)).rejects.toMatchObject(NO_GRANT);
});

test('the key of a reinstalled host is pinned only as a signed report names it', async () => {
  const w = await worker();
  const about = { step: 'reinstall', by: 'kim', reason: 'reinstalled asahi', value: 'SHA256:new' };
  const report = async (change: object = {}, key: { file: string } | null = w.keys.kim, round = 1) => {
    const statement = doneStatement(about, { ...SEMESTER, round });
    const signature = key && (await signStatement(statement, key.file));
    const { by, reason, value } = about;
    return w.call('passHandGate', { gate: 'reinstall', round, by, reason, value, signature, ...change });
  };
  const pin = (fingerprint = 'SHA256:new') => w.call('checkLayout', { host: 'asahi', fingerprint });
  await expect(pin()).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(/nobody has reported/) as string,
  });
  // Unsigned, with the key of another, for another value, round, person or gate, and by somebody who is no approver.
  const others = [{ value: 'SHA256:evil' }, { round: 2 }, { by: 'lee' }, { gate: 'wipe' }, { by: 'mallory' }];
  for (const change of others) await expect(report(change)).rejects.toMatchObject(NO_GRANT);
  for (const key of [null, w.keys.lee]) await expect(report({}, key)).rejects.toMatchObject(NO_GRANT);
  await expect(pin()).rejects.toMatchObject(NO_GRANT);
  expect(await report()).toMatchObject({
    what: 'grant',
    facts: { gate: 'reinstall', signed: true, signedWith: { key: w.keys.kim.fingerprint } },
  });
  await pin();
  await expect(pin('SHA256:evil')).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(/names SHA256:new, not "SHA256:evil"/) as string,
  });
  await report({}, w.keys.kim, 2);
  await expect(report()).rejects.toMatchObject(NO_GRANT);
  w.at('2027-03-20T00:00:00Z');
  await expect(pin()).rejects.toMatchObject(NO_GRANT);
  w.as(ATTACKER);
  await expect(pin()).rejects.toMatchObject(NO_GRANT);
});

test('who approves that nobody is removed permits the drain, also if the start is not signed', async () => {
  const w = await worker();
  const drain = { ref: REF, host: 'bernini', keep: [], close: true };
  await w.start(null, null);
  const about = {
    gate: 'removal',
    digest: await w.plan('removal', { ...REMOVAL, remove: [] }, { empty: true }),
  } as const;
  await expect(w.call('drainHost', drain)).rejects.toMatchObject(NO_GRANT);
  await w.pass(about, [await w.claim('kim', about)]);
  await w.call('drainHost', drain);
});

test('a roll-out permits the approved image on the hosts of the plan; a canary boots before it only after the removal', async () => {
  const w = await worker();
  const image = (sha256: string) => ({ facts: { name: 'image-1', sha256 } });
  const boot = (host: string, sha256 = 'good') => w.call('switchRoot', { ref: REF, host, image: image(sha256) });
  // The leader is asahi, so bernini is the canary.
  await expect(boot('bernini')).rejects.toMatchObject(NO_GRANT);
  const removal = { gate: 'removal', digest: await w.plan('removal', REMOVAL) } as const;
  await w.pass(removal, [await w.claim('kim', removal)]);
  await boot('bernini');
  await expect(boot('cojito')).rejects.toMatchObject(NO_GRANT);
  w.as({ workflow: 'update/1', run: 'run-5' });
  await expect(boot('bernini')).rejects.toMatchObject(NO_GRANT);
  const update: FirstRun = { workflow: 'update/1', run: 'run-5' };
  const rollout = { gate: 'rollout', digest: await w.plan('rollout', ROLLOUT) } as const;
  await w.pass(rollout, [await w.claim('kim', rollout, { of: update })]);
  await boot('cojito');
  await expect(boot('asahi')).rejects.toMatchObject(NO_GRANT);
  await expect(boot('cojito', 'evil')).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(/names another image/) as string,
  });
});

test('an approval is used up once a step has done it: that step may repeat, another one needs another round', async () => {
  const w = await worker();
  const update: FirstRun = { workflow: 'update/1', run: 'run-5' };
  const rollout = { gate: 'rollout', digest: await w.plan('rollout', ROLLOUT) } as const;
  const image = { facts: { name: 'image-1', sha256: 'good' } };
  const boot = (step: string, byHand = false) =>
    w.call('rebootHost', { ref: { ...REF, step, byHand }, host: 'cojito', image });
  const first: FirstRun = { workflow: 'update/1/cojito', run: 'run-6' };
  w.as(update);
  await w.pass(rollout, [await w.claim('kim', rollout, { of: update })]);
  w.as(first, update);
  await boot('boot-cojito');
  await boot('boot-cojito');
  // A forged step of the same run, and the same step of another run: people work on the host by now.
  await expect(boot('boot-again')).rejects.toMatchObject({
    ...NO_GRANT,
    message: expect.stringMatching(/round 1 is used up: the step .*boot-cojito/) as string,
  });
  w.as({ workflow: 'update/1/cojito-2', run: 'run-7' }, update);
  await expect(boot('boot-cojito')).rejects.toMatchObject(NO_GRANT);
  // To look is no act.
  await boot('boot-cojito', true);
  w.as(update);
  await w.pass({ ...rollout, round: 2 }, [await w.claim('kim', { ...rollout, round: 2 }, { of: update })]);
  w.as({ workflow: 'update/1/cojito-2', run: 'run-7' }, update);
  await boot('boot-cojito');
});

test('a vacation may lie between an approval and the work on the fleet, which no gate asks about again', async () => {
  const w = await worker();
  const removal = { gate: 'removal', digest: await w.plan('removal', REMOVAL) } as const;
  await w.pass(removal, [await w.claim('kim', removal)]);
  const rollout = { gate: 'rollout', digest: await w.plan('rollout', ROLLOUT) } as const;
  const image = { facts: { name: 'image-1', sha256: 'good' } };
  w.at('2027-05-20T00:00:00Z');
  // The drain and the canary follow the removal.
  await w.call('drainHost', { ref: REF, host: 'asahi', keep: [], close: true });
  await w.call('switchRoot', { ref: REF, host: 'bernini', image });
  w.at('2027-02-10T00:00:00Z');
  await w.pass(rollout, [await w.claim('kim', rollout)]);
  w.at('2027-05-20T00:00:00Z');
  // `skip` of a parked roll-out defers the image.
  await w.call('deferTask', { host: 'cojito', site: 'lab', task: { kind: 'image', image } });
  await w.call('switchRoot', { ref: REF, host: 'cojito', image });
  w.at('2027-06-20T00:00:00Z');
  await expect(w.call('switchRoot', { ref: REF, host: 'cojito', image })).rejects.toMatchObject(NO_GRANT);
});

test('a workflow ends no jobs but its own', async () => {
  const w = await worker();
  await w.call('tidyHost', { host: 'asahi', workflow: 'semester/2027-spring@run-1' });
  await expect(w.call('tidyHost', { host: 'asahi', workflow: 'semester/other@run-1' })).rejects.toMatchObject(NO_GRANT);
  const wipe = { host: 'asahi', workflow: 'host/asahi/wipe-docker' };
  await expect(w.call('endWipe', wipe)).rejects.toMatchObject(NO_GRANT);
  w.as({ workflow: 'host', run: 'run-x' });
  await expect(w.call('endWipe', wipe)).rejects.toMatchObject(NO_GRANT);
  w.as({ workflow: 'host/asahi', run: 'host-run' });
  await w.call('endWipe', wipe);
  expect(w.done).toEqual(['tidyHost asahi', 'endWipe asahi']);
});

test('a proof counts only if an activity took it for the same run', async () => {
  const w = await worker();
  const digest = await w.plan('wipe', WIPE);
  const about = { gate: 'wipe', digest } as const;
  await w.pass(about, [await w.claim('kim', about), await w.claim('lee', about)]);
  const taken = await w.call('proveLockout', { keep: [] });
  const handed = (lockout: unknown) => wipeOf(digest, { proofs: { ...PROOFS, lockout } });
  await w.call('wipeHomes', handed(taken));
  const forged = { ...(taken as object), at: '2027-02-10T09:00:00.000Z' };
  const unknown = { type: 'PlanVoid', message: expect.stringMatching(/no activity took the proof lockout/) as string };
  await expect(w.call('wipeHomes', handed(forged))).rejects.toMatchObject(unknown);
  w.as({ ...SEMESTER, run: 'run-2' });
  const foreign = await w.call('proveLockout', { at: '2027-02-10T10:00:00.000Z' });
  w.as(SEMESTER);
  await expect(w.call('wipeHomes', handed(foreign))).rejects.toMatchObject(unknown);
  // The full image of a deferred image is made for the host that owes it, on the leader.
  const full = { ref: REF, leader: 'asahi', image: taken };
  await w.call('buildFullImage', full);
  w.as(ATTACKER);
  await expect(w.call('buildFullImage', full)).rejects.toMatchObject({ type: 'ProofMissing' });
  w.as({ workflow: 'host/bernini', run: 'host-run' });
  await w.call('buildFullImage', full);
  await expect(w.call('buildFullImage', { ...full, image: forged })).rejects.toMatchObject({ type: 'ProofMissing' });
  // A child works with the proofs of its parent.
  w.as({ workflow: 'child', run: 'run-3' }, SEMESTER);
  await w.call('wipeDocker', { ...handed(taken), host: 'asahi' });
});

test('a host carries out only the deferred task that a grant permitted, until it is done or ended', async () => {
  const w = await worker();
  const HOST: FirstRun = { workflow: 'host/asahi', run: 'host-run' };
  const digest = await w.plan('wipe', WIPE);
  const ref = { ...REF, workflow: 'host/asahi@host-run', step: 'deferred-wipe-docker' };
  const task = { kind: 'wipe-docker', plan: digest, proofs: PROOFS };
  const wipe = { ref, plan: digest, host: 'asahi', proofs: PROOFS };
  const drain = { ref, host: 'asahi', keep: [], close: true };
  const defer = { host: 'asahi', site: 'lab', task };
  // Nobody approved, whatever the message says.
  w.as(HOST);
  await expect(w.call('drainHost', drain)).rejects.toMatchObject(NO_GRANT);
  w.as(ATTACKER);
  await expect(w.call('deferTask', defer)).rejects.toMatchObject(NO_GRANT);
  w.as(SEMESTER);
  await expect(w.call('deferTask', defer)).rejects.toMatchObject(NO_GRANT);
  const about = { gate: 'wipe', digest } as const;
  await w.pass(about, [await w.claim('kim', about), await w.claim('lee', about)]);
  await expect(w.call('deferTask', { ...defer, host: 'bernini' })).rejects.toMatchObject(NO_GRANT);
  await w.call('deferTask', defer);
  expect(w.done).toEqual(['deferTask asahi']);

  w.as(HOST);
  await w.call('drainHost', drain);
  await expect(w.call('wipeDocker', { ...wipe, proofs: { ...PROOFS, keep: [{ user: 'x' }] } })).rejects.toMatchObject(
    NO_GRANT,
  );
  await expect(w.call('drainHost', { ...drain, host: 'bernini' })).rejects.toMatchObject(NO_GRANT);
  await expect(w.call('switchRoot', { ref, host: 'asahi', image: { facts: { name: 'evil' } } })).rejects.toMatchObject(
    NO_GRANT,
  );
  // The homes stay away from a host that owes a wipe.
  await expect(w.call('includeHost', { host: 'asahi' })).rejects.toMatchObject({ type: 'ProofMissing' });
  await w.call('wipeDocker', wipe);
  await w.call('wipeDocker', wipe);
  await w.call('includeHost', { host: 'asahi' });
  // Done: only the same step may repeat, also in another round and after continue-as-new.
  const again = { ...ref, workflow: 'host/asahi@host-run-2', round: 2 };
  await w.call('drainHost', { ...drain, ref: again });
  await w.call('wipeDocker', { ...wipe, ref: again });
  const other = { ...ref, step: 'deferred-image' };
  await expect(w.call('wipeDocker', { ...wipe, ref: other })).rejects.toMatchObject(NO_GRANT);
  await expect(w.call('drainHost', { ...drain, ref: other })).rejects.toMatchObject(NO_GRANT);
  // A workflow that somebody else started under the name of the host hands over the same step.
  w.as({ ...HOST, run: 'run-x' });
  await expect(w.call('wipeDocker', wipe)).rejects.toMatchObject(NO_GRANT);
  await expect(w.call('drainHost', drain)).rejects.toMatchObject(NO_GRANT);
  w.as(HOST);
  await w.call('endDeferred', { hosts: ['asahi'], kind: 'wipe-docker' });
  await expect(w.call('wipeDocker', wipe)).rejects.toMatchObject(NO_GRANT);
});

const APPLICATIONS: FirstRun = { workflow: 'applications/2027-spring', run: 'run-3' };
const APPLICANT_ACTS = ['judgeApplicants', 'acceptApplicants', 'rejectApplicants', 'mailApplicants'];
/** The argument of the four, as somebody who holds the payload key may write it. */
const applicantsOf = (semester: string) => ({ semester: { name: semester }, users: [], workflow: 'w', run: 'r' });

test('attack: under an invented semester, in which no rejection holds, nobody is accepted, rejected, judged or mailed', async () => {
  const w = await worker();
  const invented: FirstRun = { workflow: 'semester/invented', run: 'run-x' };
  const nobody = async (why: RegExp, semester: string) => {
    for (const name of APPLICANT_ACTS)
      await expect(w.call(name, applicantsOf(semester))).rejects.toMatchObject({
        ...NO_GRANT,
        message: expect.stringMatching(why) as string,
      });
  };
  // The name of the workflow is the attacker's to choose; a start in the name of kim is not.
  w.as(invented);
  await w.call('passStart', { startedBy: 'kim', from: 'applications', signed: null });
  await nobody(/no approval of gate publish of semester\/invented is valid; the start .* is not signed/, 'invented');
  w.as({ workflow: 'applications/invented', run: 'run-y' });
  await nobody(/it is no part of semester\/invented/, 'invented');
  // Of the real one, from outside, and for another one from inside.
  const post = { gate: 'publish', digest: await w.plan('publish', POST) } as const;
  w.as(SEMESTER);
  await w.pass(post, [await w.claim('lee', post)]);
  w.as(ATTACKER);
  await nobody(/it is no part of semester\/2027-spring/, '2027-spring');
  w.as(APPLICATIONS, SEMESTER);
  await nobody(/it is no part of semester\/2026-autumn/, '2026-autumn');
  expect(w.done).toEqual([]);
  for (const name of APPLICANT_ACTS) await w.call(name, applicantsOf('2027-spring'));
  expect(w.done).toEqual(APPLICANT_ACTS);
  w.at('2028-03-01T00:00:00Z');
  await nobody(/no approval of gate publish of semester\/2027-spring is valid/, '2027-spring');
});

test('attack: a judgement counts for the run of applications that carries it out, not for the one that its caller names', async () => {
  const w = await worker();
  w.as(SEMESTER);
  const post = { gate: 'publish', digest: await w.plan('publish', POST) } as const;
  await w.pass(post, [await w.claim('lee', post)]);
  w.as(APPLICATIONS, SEMESTER);
  // A signature of the last semester is valid for the run that this names.
  const old = { workflow: 'applications/2026-autumn', run: 'run-0' };
  await w.call('judgeApplicants', { ...applicantsOf('2027-spring'), ...old });
  expect(w.given.at(-1)).toMatchObject(APPLICATIONS);
});

test('a semester that is joined at its applications may accept, if its start is signed', async () => {
  const w = await worker();
  w.as(SEMESTER);
  await w.start('applications', null);
  w.as(APPLICATIONS, SEMESTER);
  await expect(w.call('acceptApplicants', applicantsOf('2027-spring'))).rejects.toMatchObject(NO_GRANT);
  w.as(SEMESTER);
  await w.start('applications', w.keys.kim);
  w.as(APPLICATIONS, SEMESTER);
  await w.call('acceptApplicants', applicantsOf('2027-spring'));
});

test('attack: the approvals of a semester permit nothing in the next one of the same name, nor by its id alone', async () => {
  const w = await worker();
  const removal = { gate: 'removal', digest: await w.plan('removal', REMOVAL) } as const;
  const claims = [await w.claim('kim', removal)];
  await w.pass(removal, claims);
  const next: FirstRun = { ...SEMESTER, run: 'run-2' };
  w.as(next);
  await expect(w.call('removeMembers', { ref: REF, plan: removal.digest })).rejects.toMatchObject(NO_GRANT);
  await expect(w.pass(removal, claims)).rejects.toMatchObject(NO_GRANT);
  // A child of the new run does not reach the grant of the old one either.
  w.as({ workflow: `${SEMESTER.workflow}/child`, run: 'run-4' }, next);
  await expect(w.call('removeMembers', { ref: REF, plan: removal.digest })).rejects.toMatchObject(NO_GRANT);
  expect(w.done).toEqual([]);
});
