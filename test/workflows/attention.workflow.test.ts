import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Status } from '../../domain/status.ts';
import { startRun, type Run } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const parked = (run: Run, step: string) =>
  run.until(step, (s) => s.waitingFor.some((w) => w.key === `attention:${step}`));

describe('a step that gives up', () => {
  test('parks, mails the approvers, refuses a skip that safety forbids, and continues after retry', async () => {
    await using run = await startRun(env, {}, {}, (world) =>
      world.broken.set('takeBackup', 'no space left on oloroso'),
    );
    await run.approveAll(['notice', 'removal']);
    const status = await parked(run, 'backup');
    const step = status.steps.find((s) => s.step === 'backup')!;
    expect(step).toMatchObject({
      state: 'attention',
      safety: true,
      round: 1,
      reason: 'CommandFailed: no space left on oloroso',
    });
    // Sent beside it, perhaps a moment later.
    const isMailed = () =>
      run.world.mails.some(({ kind, about }) => kind === 'approver-attention' && about === 'backup attention:backup:1');
    await run.until('a mail about it', isMailed);
    await run.handle.signal('skip', { step: 'backup', by: 'bob', reason: 'no time' });
    expect((await run.status()).refused.at(-1)!.reason).toMatch(/cannot be skipped/);
    run.world.broken.delete('takeBackup');
    await run.handle.signal('retry', { step: 'backup', by: 'bob', reason: 'freed space' });
    const later = await run.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));
    expect(later.steps.find((s) => s.step === 'backup')).toMatchObject({ state: 'done', round: 2 });
  });

  test('takes one answer: a second one is refused while the first is carried out, and not lost', async () => {
    await using run = await startRun(env, {}, {}, (world) => world.broken.set('prune', 'busy'));
    await run.approveAll(['notice', 'removal', 'wipe', 'prune']);
    await parked(run, 'prune');
    await run.handle.signal('pause', { by: 'bob', reason: 'lunch' });
    run.world.broken.delete('prune');
    await run.handle.signal('retry', { step: 'prune', by: 'bob', reason: 'it is free' });
    await run.handle.signal('skip', { step: 'prune', by: 'carol', reason: 'not this time' });
    const { refused } = await run.until('refused', (s) => s.refused.length > 0);
    expect(refused.at(-1)!.reason).toContain('prune has been answered');
    await run.handle.signal('resume', { by: 'bob', reason: 'back' });
    await run.until('done', (s) => s.steps.some(({ step, state }) => step === 'prune' && state === 'done'));
  });

  test('verifies work that a person did by hand, and records it as such', async () => {
    await using run = await startRun(env, {}, {}, (world) => world.broken.set('drainHost', 'sshd is gone'));
    await run.approveAll(['notice', 'removal']);
    await parked(run, 'drain-asahi');
    run.world.broken.delete('drainHost');
    for (const host of ['oloroso', 'asahi', 'bernini', 'cojito']) {
      await run.handle.signal('done', { step: `drain-${host}`, by: 'bob', reason: 'killed them at the console' });
    }
    const status = await run.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));
    expect(status.steps.find((s) => s.step === 'drain-asahi')).toMatchObject({
      state: 'by-hand',
      proof: { how: 'by-hand' },
    });
  });

  test('a login between drain and wipe stops the wipe by name; retry drains, backs up anew and asks again', async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice', 'removal']);
    await run.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));
    run.world.sessions.set('bernini', new Set(['frank']));
    await run.decide('bob', 'wipe');
    await run.decide('carol', 'wipe');
    const status = await parked(run, 'wipe-homes');
    expect(status.steps.find((s) => s.step === 'wipe-homes')!.reason).toBe('PlanVoid: frank on bernini');
    expect(run.world.homes.has('erin')).toBe(true);
    await run.handle.signal('retry', { step: 'wipe-homes', by: 'bob', reason: 'it was a timer of his' });
    const again = await run.until('asked again', (s) => s.gates.some((g) => g.gate === 'wipe' && g.round === 2));
    expect(again.gates.find((g) => g.gate === 'wipe')!.approvals).toEqual([]);
    const log = run.world.log.map(({ what }) => what);
    expect(log.lastIndexOf('drain bernini')).toBeGreaterThan(log.indexOf('backup'));
    expect(log.lastIndexOf('backup')).toBeGreaterThan(log.lastIndexOf('drain bernini'));
    await run.approveAll(['wipe']);
    await run.until('wiped', () => !run.world.homes.has('erin'));
  });

  test.each([
    ['removal', 'group-removal', 'removeMembers'],
    ['wipe', 'wipe-homes', 'wipeHomes'],
    ['prune', 'prune', 'prune'],
    ['publish', 'post', 'publishPost'],
  ] as const)('gate %s asks again when what was approved holds no more: step %s', async (gate, step, activity) => {
    await using run = await startRun(env, {}, {}, (world) =>
      world.broken.set(activity, 'the approved plan does not hold any more'),
    );
    const gates = ['notice', 'removal', 'wipe', 'prune', 'rollout', 'publish'] as const;
    await run.approveAll(gates.slice(0, gates.indexOf(gate) + 1));
    await parked(run, step);
    run.world.broken.delete(activity);
    await run.handle.signal('retry', { step, by: 'bob', reason: 'site.yaml was wrong' });
    const again = await run.until('asked again', (s) => s.gates.some((g) => g.gate === gate && g.round === 2));
    expect(again.gates.find((g) => g.gate === gate)).toMatchObject({ state: 'open', approvals: [] });
    await run.approveAll([gate]);
    const goesOn = (s: Status) => s.phase === 'applications' || s.waitingFor.some((w) => w.key !== `gate:${gate}`);
    const later = await run.until('what comes next', goesOn);
    expect(later.steps.find((x) => x.step === step)).toMatchObject({ state: 'done', round: 2 });
  });
});

describe('the way out', () => {
  test('abort tidies every host, reports, and ends as aborted', async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice', 'removal']);
    await run.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));
    await run.handle.signal('abort', { by: 'bob', reason: 'fire alarm' });
    expect((await run.handle.result()).outcome).toBe('aborted');
    expect(run.world.log.filter((l) => l.what.startsWith('tidy')).map((l) => l.what)).toEqual(
      expect.arrayContaining(['tidy asahi', 'tidy bernini', 'tidy cojito']),
    );
    expect(run.world.homes.has('erin')).toBe(true);
    expect(run.world.mails.some((m) => m.kind === 'approver-report')).toBe(true);
    expect((await run.status('site/lab')).waitingFor).toEqual([]);
  });

  test("Temporal's own Cancel takes the same path", async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice', 'removal', 'wipe', 'prune']);
    await run.until('rollout', (s) => s.waitingFor.some((w) => w.key === 'gate:rollout'));
    await run.handle.cancel();
    const error = await run.handle.result().catch((e: unknown) => e);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(run.world.log.some((l) => l.what === 'tidy asahi')).toBe(true);
    expect(run.world.log.filter((l) => l.what.startsWith('reboot')).map((l) => l.what)).toEqual(['reboot bernini']);
  });
});
