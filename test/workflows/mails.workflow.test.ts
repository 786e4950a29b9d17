import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Context } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Status } from '../../domain/status.ts';
import { startRun, type Run } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

/** The first run of these mails is paused while it works, and continues until it is cancelled. */
function pauseDuring(world: World, name: 'sendNotices' | 'sendDeadlineMails') {
  const { acts } = world;
  const send = acts[name] as (a: never) => Promise<never>;
  const runs = { begun: 0, stopped: 0 };
  acts[name] = async (a: never) => {
    runs.begun += 1;
    if (runs.begun > 1) return send(a);
    const { workflowExecution } = Context.current().info;
    await env.client.workflow
      .getHandle(workflowExecution!.workflowId)
      .signal('pause', { by: 'bob', reason: 'a wrong room in the text' });
    try {
      for (;;) {
        Context.current().heartbeat();
        await Context.current().sleep(50);
      }
    } finally {
      runs.stopped += 1;
    }
  };
  return runs;
}

const paused = (run: Run) =>
  run.until('a pause', (s) => s.paused && s.steps.some((step) => step.proof?.what === 'mails-stopped'));
const resume = (run: Run) => run.handle.signal('resume', { by: 'bob', reason: 'mended' });

describe('a pause', () => {
  test('stops a run of mails, which is approved anew if its text changed', async () => {
    let runs = { begun: 0, stopped: 0 };
    await using run = await startRun(env, {}, {}, (world) => (runs = pauseDuring(world, 'sendNotices')));
    await run.approveAll(['notice']);
    const status = await paused(run);
    expect(runs).toEqual({ begun: 1, stopped: 1 });
    expect(status.steps.find(({ step }) => step === 'notice-mail-0')?.proof?.summary).toContain('semester mails');
    run.world.template = 'v2';
    await resume(run);
    await run.until('the gate', (s) => s.gates.some((g) => g.gate === 'notice' && g.round === 2 && g.state === 'open'));
    expect(run.world.mails.filter(({ kind }) => kind.startsWith('notice'))).toEqual([]);
    await run.approveAll(['notice']);
    await run.until('the rest', () => run.world.mails.some(({ kind }) => kind === 'notice-0'));
    expect(runs.begun).toBe(2);
  });

  test('continues without another gate if nothing changed', async () => {
    let runs = { begun: 0, stopped: 0 };
    await using run = await startRun(env, {}, {}, (world) => (runs = pauseDuring(world, 'sendNotices')));
    await run.approveAll(['notice']);
    await paused(run);
    await resume(run);
    const status = await run.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
    expect(status.gates.find((g) => g.gate === 'notice')?.round).toBe(1);
    expect(runs).toEqual({ begun: 2, stopped: 1 });
  });

  test('stops the deadline mails as well', async () => {
    let runs = { begun: 0, stopped: 0 };
    await using run = await startRun(env, {}, {}, (world) => (runs = pauseDuring(world, 'sendDeadlineMails')));
    await run.approveAll(['notice']);
    await paused(run);
    expect(run.world.mails.some(({ kind }) => kind === 'deadline')).toBe(false);
    await resume(run);
    await run.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
    expect(runs).toEqual({ begun: 2, stopped: 1 });
  });
});

test('only an approver can report a bounced mail or send one again', async () => {
  await using run = await startRun(env);
  await run.until('the gate', (s) => s.gates.some(({ gate }) => gate === 'notice'));
  await run.handle.signal('resend', { user: 'erin', by: 'bob', reason: 'too early' });
  await run.until('a refusal', (s) => s.refused.some(({ reason }) => reason.includes('no notice has been sent yet')));
  await run.approveAll(['notice']);
  await run.until('the mail', () => run.world.mails.some(({ kind }) => kind === 'notice-0'));

  await run.handle.signal('bounce', { who: 'erin', by: 'mallory' });
  await run.handle.signal('bounce', { who: 'nobody', by: 'bob' });
  await run.handle.signal('bounce', { who: 'erin', by: 'bob' });
  await run.handle.signal('resend', { user: 'erin', by: 'bob', reason: 'address mended' });
  // Each is answered as soon as it was checked, in any order.
  const isAnswered = (s: Status, message: string) => s.accepted.some((one) => one.message === message);
  const status = await run.until(
    'the answers',
    (s) => isAnswered(s, 'resend') && isAnswered(s, 'bounce') && s.refused.length >= 3,
  );
  expect(status.refused.map(({ message, by }) => [message, by])).toEqual([
    ['resend', 'bob'],
    ['bounce', 'mallory'],
    ['bounce', 'bob'],
  ]);
  expect(run.world.log.map(({ what }) => what)).toContain('bounce erin');
  expect(run.world.mails.filter(({ kind }) => kind === 'resent').map(({ to }) => to)).toEqual(['erin']);
});
