import type { WorkflowUpdateFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRun, type Run } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const open = (run: Run, gate: string) =>
  run.until(gate, (s) => s.gates.some((g) => g.gate === gate && g.state === 'open'));
const why = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => expect.fail('it was not refused'),
    (e: unknown) => e,
  );
  return (error as WorkflowUpdateFailedError).cause?.message ?? String(error);
};

describe('verdicts', () => {
  test('an invalid verdict is refused with a reason, changes nothing, and is shown', async () => {
    await using run = await startRun(env);
    const { gates } = await open(run, 'notice');
    const { round, plan } = gates[0]!;
    const good = { gate: 'notice', round, digest: plan!.digest, by: 'bob' };
    for (const bad of [
      'nonsense',
      null,
      { ...good, gate: 'wipe' },
      { ...good, round: 7 },
      { ...good, round: '1' },
      { ...good, digest: 'sha256:0123456789ab' },
      { ...good, digest: plan!.digest.slice(0, 12) },
      { ...good, by: 'mallory' },
      { ...good, by: undefined },
      { ...good, waive: 'everything' },
    ]) {
      await run.handle.signal('approve', bad);
    }
    for (const name of ['retry', 'done', 'skip', 'keep', 'pause', 'abort', 'reschedule']) {
      await run.handle.signal(name, { by: 'mallory', reason: 'I want to', step: 'backup', user: 'erin' });
      await run.handle.signal(name, 7);
    }
    await run.handle.signal('retry', { step: 'backup', by: 'bob', reason: 'early' });
    const status = await run.status();
    expect(status.gates[0]).toMatchObject({ state: 'open', approvals: [], round: 1 });
    expect(status.paused).toBe(false);
    expect(status.refused).toHaveLength(10 + 14 + 1);
    expect(status.refused.every((r) => r.reason.length > 10)).toBe(true);
    expect(status.refused.map((r) => r.reason).join('\n')).toMatch(
      /mallory is not an approver of this site \(alice, bob, carol\)/,
    );

    expect(await why(run.decide('bob', 'notice', { round: 9 }))).toMatch(/round 9 is stale/);
    expect(await why(run.decide('mallory', 'notice'))).toMatch(/not an approver/);
    expect(await why(run.decide('bob', 'notice', { verdict: 'maybe' as 'approve' }))).toMatch(/approve or reject/);

    // As from the Temporal UI, with the digest's first 12 digits.
    await run.handle.signal('approve', { ...good, digest: plan!.digest.slice(7, 19) });
    expect((await run.status()).gates[0]).toMatchObject({ state: 'approved', approvals: [{ by: 'bob' }] });
  });

  test('the wipe needs two different approvers, neither of them the starter', async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice', 'removal']);
    await open(run, 'wipe');
    expect(await why(run.decide('alice', 'wipe'))).toMatch(/alice started this/);
    expect(await run.decide('bob', 'wipe', { waive: ['erin', 'frank'] })).toEqual({
      gate: 'wipe',
      round: 1,
      approvals: ['bob'],
      needed: 2,
      state: 'waiting',
    });
    expect(await why(run.decide('bob', 'wipe'))).toMatch(/two|2 different people/);
    expect(run.world.homes.size).toBe(5);
    const second = await run.decide('carol', 'wipe', { waive: ['grace', 'erin'] });
    expect(second).toMatchObject({ state: 'approved', approvals: ['bob', 'carol'] });
    await run.until('wiped', () => run.world.homes.size === 2);
    // Only names that both approvers waived count.
    expect(run.world.handed.at(-1)?.waived).toEqual(['erin']);
  });

  test('drift voids approvals: the gate asks again with the difference', async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice', 'removal']);
    await open(run, 'wipe');
    await run.decide('bob', 'wipe');
    run.world.homes.add('newcomer');
    await run.decide('carol', 'wipe');
    const { gates } = await run.until('round 2', (s) => s.gates.some((g) => g.gate === 'wipe' && g.round === 2));
    const wipe = gates.find((g) => g.gate === 'wipe')!;
    expect(wipe).toMatchObject({ state: 'open', approvals: [] });
    expect(wipe.diff!.lines).toHaveLength(1);
    expect(run.world.homes.has('erin')).toBe(true);
  });

  test('a gate that cannot be skipped cannot be skipped after a rejection either', async () => {
    await using run = await startRun(env);
    await open(run, 'notice');
    await run.decide('bob', 'notice', { verdict: 'reject' });
    await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:notice'));
    await run.handle.signal('skip', { step: 'notice', by: 'bob', reason: 'no time' });
    const { refused, accepted } = await run.status();
    expect(refused.at(-1)!.reason).toMatch(/notice cannot be skipped/);
    expect(accepted.map(({ message }) => message)).not.toContain('skip');
  });

  test('reject parks; an edited template is in the next round without a restart', async () => {
    await using run = await startRun(env);
    const before = (await open(run, 'notice')).gates[0]!.plan!.digest;
    await run.decide('bob', 'notice', { verdict: 'reject', comment: 'wrong hour' });
    const parked = await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:notice'));
    expect(parked.waitingFor[0]!.sentence).toContain('wrong hour');
    run.world.template = 'v2';
    await run.handle.signal('retry', { step: 'notice', by: 'bob', reason: 'edited' });
    const again = await run.until('round 2', (s) => s.gates.some((g) => g.round === 2));
    expect(again.gates[0]!.plan!.digest).not.toBe(before);
  });

  test('keep while a gate is open makes the plan anew, and the person stays', async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice', 'removal']);
    await open(run, 'wipe');
    await run.handle.signal('keep', { user: 'frank', until: '2001-01-01', by: 'bob', reason: 'mistyped' });
    await run.until('refused', (s) => s.refused.some(({ reason }) => reason.includes('2001-01-01 is past')));
    await run.handle.signal('keep', { user: 'erin', by: 'bob', reason: 'thesis' });
    const { gates } = await run.until('round 2', (s) => s.gates.some((g) => g.gate === 'wipe' && g.round === 2));
    expect(gates.find((g) => g.gate === 'wipe')!.plan!.rows).toEqual(['frank', 'grace']);
    await run.approveAll(['wipe']);
    await run.until('wiped', () => run.world.log.some((l) => l.what === 'wipe homes'));
    expect([...run.world.homes].sort()).toEqual(['bacchus', 'erin', 'prof']);
  });
});

test('an exemption ends with unkeep, lasts beyond the wipe, and says what it no longer does', async () => {
  await using run = await startRun(env, (day) => ({
    deadline: `${day(2)}T00:00:00Z`,
    notices: [],
    minimumNotice: 'PT0S',
  }));
  const signal = (name: string, user: string, more: object = {}) =>
    run.handle.signal(name, { user, by: 'bob', reason: 'thesis', ...more });
  const today = new Date().toISOString().slice(0, 10);
  await run.until('dates', (s) => s.dates?.['deadline'] !== undefined);
  await signal('keep', 'erin', { until: today });
  await run.until('too early', (s) => s.refused.some(({ reason }) => reason.includes(`${today} ends before the wipe`)));
  await signal('keep', 'kim.hana');
  expect((await run.until('kept', (s) => s.kept.length === 1)).kept).toEqual(['kim.hana — thesis']);
  await signal('unkeep', 'kim.hana');
  await run.until('not kept', (s) => s.kept.length === 0);
  await signal('unkeep', 'kim.hana');
  await run.until('refused', (s) => s.refused.some(({ reason }) => reason.includes('kim.hana is not exempt in this')));
});

test('after the wipe, keep names the backup, and an abort names the hosts that stay closed', async () => {
  await using run = await startRun(env);
  await run.approveAll(['notice', 'removal', 'wipe']);
  await open(run, 'prune');
  await run.handle.signal('keep', { user: 'erin', by: 'bob', reason: 'thesis' });
  const { accepted } = await run.until('accepted', (s) => s.accepted.some(({ message }) => message === 'keep'));
  expect(accepted.at(-1)!.detail).toMatch(/^erin: thesis\. The wipe is done: .*semester restore USER/);
  await run.handle.signal('abort', { by: 'bob', reason: 'exams' });
  const ended = await run.until('aborted', (s) => s.phase === 'aborted');
  expect(ended.locked).toEqual(['oloroso', 'asahi', 'bernini', 'cojito']);
});

describe('messages before the site is read', () => {
  test('they wait, and are judged in their order when the approvers are known', async () => {
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await using run = await startRun(env, {}, {}, (world) => world.held.set('readSite', held));
    await run.handle.signal('pause', { by: 'bob', reason: 'exams' });
    await run.handle.signal('keep', { user: 'erin', by: 'bob', reason: 'thesis' });
    await run.handle.signal('keep', { user: 'frank', by: 'mallory', reason: 'a friend' });
    await run.handle.signal('reschedule', { periodUntil: 'never', by: 'mallory', reason: 'a friend' });
    await run.handle.signal('pause', { reason: 'nobody' });
    const before = await run.status();
    expect([before.accepted, before.refused.map(({ reason }) => reason)]).toEqual([
      [],
      ['"by" is missing: it must be a non-empty string'],
    ]);
    goOn();
    const { accepted, refused, paused, kept } = await run.until('judged', (s) => s.refused.length === 3);
    expect(accepted.map(({ message }) => message)).toEqual(['pause', 'keep']);
    expect(refused.slice(1).map(({ message, by }) => `${message} ${by}`)).toEqual([
      'keep mallory',
      'reschedule mallory',
    ]);
    expect([paused, kept]).toEqual([true, ['erin — thesis']]);
  });

  test('a site that cannot be read is answered by anyone: retry goes on, and abort ends', async () => {
    const unreadable = (world: World) => world.broken.set('readSite', 'site.yaml is gone');
    const parked = (run: Run) =>
      run.until('parked', (s) => s.waitingFor.some(({ key }) => key === 'attention:read-site'));
    await using run = await startRun(env, {}, {}, unreadable);
    await parked(run);
    await run.handle.signal('keep', { user: 'erin', by: 'bob', reason: 'thesis' });
    run.world.broken.delete('readSite');
    await run.handle.signal('retry', { step: 'read-site', by: 'bob', reason: 'it is back' });
    const { kept } = await open(run, 'notice');
    expect(kept).toEqual(['erin — thesis']);

    await using other = await startRun(env, {}, {}, unreadable);
    await parked(other);
    await other.handle.signal('abort', { by: 'bob', reason: 'the wrong worker' });
    expect(await other.handle.result()).toMatchObject({ outcome: 'aborted' });
  });

  test('two reschedules at once both apply', async () => {
    await using run = await startRun(env);
    await open(run, 'notice');
    const [from, until] = ['2031-03-01', '2031-08-31'];
    await Promise.all([
      run.handle.signal('reschedule', { periodUntil: until, by: 'bob', reason: 'longer' }),
      run.handle.signal('reschedule', { periodFrom: from, by: 'carol', reason: 'later' }),
    ]);
    const { dates } = await run.until(
      'both',
      (s) => s.accepted.filter(({ message }) => message === 'reschedule').length === 2,
    );
    expect([dates?.['period.from']?.slice(0, 10), dates?.['period.until']?.slice(0, 10)]).toEqual([
      '2031-02-28',
      '2031-08-31',
    ]);
  });
});
