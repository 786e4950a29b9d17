import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Temporal } from 'temporal-polyfill';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRun, type Run } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

const later = (run: Run, days: number) => Temporal.PlainDate.from(run.semester.deadline).add({ days }).toString();
const kinds = (run: Run) => [...new Set(run.world.mails.map((m) => m.kind).filter((k) => !k.startsWith('approver')))];
const reschedule = { by: 'bob', reason: 'exams' };

describe('reschedule', () => {
  test('before a notice the dates move without a correction mail', async () => {
    await using run = await startRun(env);
    await run.until('notice', (s) => s.gates.length > 0);
    await run.handle.signal('reschedule', { ...reschedule, deadline: later(run, 5) });
    await run.until('moved', (s) => s.accepted.some((a) => a.message === 'reschedule'));
    await run.approveAll(['notice']);
    await run.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
    expect(kinds(run)).toEqual(['notice-0', 'deadline']);
    const deadline = run.world.mails.find((m) => m.kind === 'deadline')!;
    expect(deadline.at.slice(0, 10)).toBe(later(run, 5));
  });

  test('while dates cannot be read, new ones apply as soon as they can', async () => {
    await using run = await startRun(env, {}, {}, ({ broken }) => broken.set('readCalendar', 'no such day'));
    await run.until('parked', (s) => s.waitingFor.some(({ key }) => key === 'attention:read-calendar'));
    run.world.broken.delete('readCalendar');
    await run.handle.signal('reschedule', { ...reschedule, deadline: later(run, 5) });
    await run.until('moved', (s) => s.accepted.some((a) => a.message === 'reschedule'));
    await run.handle.signal('retry', { step: 'read-calendar', by: 'bob', reason: 'the dates are right now' });
    const { dates } = await run.until('notice', (s) => s.gates.length > 0);
    expect(dates?.['deadline']?.slice(0, 10)).toBe(later(run, 5));
  });

  test('after a notice a correction passes its gate, then the new deadline applies', async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice']);
    await run.until('sent', () => kinds(run).includes('notice-0'));
    await run.handle.signal('reschedule', { ...reschedule, deadline: later(run, 14) });
    await run.until('moved', (s) => s.accepted.some((a) => a.message === 'reschedule'));
    await run.approveAll(['notice']);
    await run.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
    expect(kinds(run)).toEqual(['notice-0', 'correction-0', 'deadline']);
    expect(run.world.mails.find((m) => m.kind === 'deadline')!.at.slice(0, 10)).toBe(later(run, 14));
  });

  test('at the removal gate it closes the gate, mails the correction, and waits for the new date', async () => {
    await using run = await startRun(env);
    await run.approveAll(['notice']);
    await run.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
    await run.handle.signal('reschedule', { ...reschedule, deadline: later(run, 20) });
    await run.until('notice again', (s) => s.gates.some((g) => g.gate === 'notice' && g.state === 'open'));
    expect(run.world.members.has('erin')).toBe(true);
    await run.approveAll(['notice', 'removal']);
    await run.until('removed', () => !run.world.members.has('erin'));
    const asked = run.world.mails.filter(({ to, kind }) => to === 'bob' && kind === 'approver-gate');
    expect(asked.map(({ about }) => about).filter((about) => about.startsWith('removal'))).toEqual([
      'removal gate:removal:1',
      'removal gate:removal:2',
    ]);
    expect(run.world.log.find((l) => l.what === 'remove members')!.at.slice(0, 10) >= later(run, 20)).toBe(true);
  });

  const parkedAt = (run: Run, step: string) =>
    run.until(step, (s) => s.waitingFor.some(({ key }) => key === `attention:${step}`));
  const move = async (run: Run, days: number) => {
    await run.handle.signal('reschedule', { ...reschedule, deadline: later(run, days) });
    await run.until('moved', (s) => s.accepted.some((a) => a.message === 'reschedule'));
  };
  const goOn = async (run: Run, step: string, activity: string) => {
    run.world.broken.delete(activity);
    await run.handle.signal('retry', { step, by: 'bob', reason: 'mended' });
  };
  const removedOn = async (run: Run) => {
    await run.until('removed', () => !run.world.members.has('erin'));
    return run.world.log.find((l) => l.what === 'remove members')!.at.slice(0, 10);
  };

  test('while a notice is parked, its rest is not sent with the old date, and who has it gets a correction', async () => {
    await using run = await startRun(env, {}, {}, ({ broken }) => broken.set('sendNotices', 'one address is refused'));
    await run.approveAll(['notice']);
    await parkedAt(run, 'notice-mail-0');
    await move(run, 14);
    await goOn(run, 'notice-mail-0', 'sendNotices');
    await run.approveAll(['notice']);
    await run.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
    expect(kinds(run)).toEqual(['correction-0', 'deadline']);
    expect(run.world.mails.find((m) => m.kind === 'deadline')!.at.slice(0, 10)).toBe(later(run, 14));
  });

  test('while the mail of the deadline is parked, the new one is waited for', async () => {
    await using run = await startRun(env, {}, {}, ({ broken }) => broken.set('sendDeadlineMails', 'refused'));
    await run.approveAll(['notice']);
    await parkedAt(run, 'deadline-mail');
    await move(run, 20);
    await goOn(run, 'deadline-mail', 'sendDeadlineMails');
    await run.approveAll(['notice', 'removal']);
    expect((await removedOn(run)) >= later(run, 20)).toBe(true);
    expect(kinds(run)).toEqual(['notice-0', 'correction-0', 'deadline']);
  });

  test('while another semester holds the site, the new one is waited for', async () => {
    await using first = await startRun(env, {}, {}, ({ broken }) => broken.set('removeMembers', 'down for days'));
    await first.approveAll(['notice', 'removal']);
    await using run = await startRun(env);
    await run.approveAll(['notice']);
    await run.until('the site', (s) => s.phase === 'waiting-for-site');
    await move(run, 20);
    await first.handle.signal('abort', { by: 'bob', reason: 'not this year' });
    await run.approveAll(['notice', 'removal']);
    expect((await removedOn(run)) >= later(run, 20)).toBe(true);
  });

  test('while the removal is being planned, nobody is asked, and the new one is waited for', async () => {
    await using run = await startRun(env, {}, {}, ({ broken }) => broken.set('planRemoval', 'down'));
    await run.approveAll(['notice']);
    await parkedAt(run, 'plan-removal');
    await move(run, 20);
    await goOn(run, 'plan-removal', 'planRemoval');
    await run.approveAll(['notice', 'removal']);
    expect((await removedOn(run)) >= later(run, 20)).toBe(true);
    const asked = run.world.mails.filter(({ to, about }) => to === 'bob' && about.startsWith('removal gate:'));
    expect(asked.map(({ about }) => about)).toEqual(['removal gate:removal:1']);
  });

  test('once the removal has begun, the deadline stays', async () => {
    await using run = await startRun(env, {}, {}, ({ broken }) => broken.set('removeMembers', 'half of them'));
    await run.approveAll(['notice', 'removal']);
    await parkedAt(run, 'group-removal');
    await run.handle.signal('reschedule', { ...reschedule, deadline: later(run, 20) });
    const { refused } = await run.until('refused', (s) => s.refused.length === 1);
    expect(refused[0]!.reason).toContain('are being removed');
  });

  test('a date in the past, an invalid one, and any date after the removal are refused with a reason', async () => {
    await using run = await startRun(env);
    await run.until('notice', (s) => s.gates.length > 0);
    await run.handle.signal('reschedule', { ...reschedule, deadline: '2001-01-01' });
    await run.until('refused', (s) => s.refused.length === 1);
    await run.approveAll(['notice', 'removal']);
    await run.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));
    await run.handle.signal('reschedule', { ...reschedule, deadline: later(run, 20) });
    const { refused } = await run.until('refused', (s) => s.refused.length === 2);
    expect(refused.map((r) => r.reason)).toEqual([
      expect.stringMatching(/is past$/),
      'the members have been removed, or are being removed: the deadline can no longer change',
    ]);
  });
});

test('after a downtime a missed notice is sent late, never before it is approved', async () => {
  const soon = new Date((await env.currentTimeMs()) + 2 * 24 * 3600_000).toISOString();
  await using run = await startRun(env, { deadline: soon });
  const { gates } = await run.until('notice', (s) => s.gates.length > 0);
  expect(gates[0]!.state).toBe('open');
  expect(kinds(run)).toEqual([]);
  await run.decide('bob', 'notice');
  await run.until('sent', () => kinds(run).includes('notice-0'));
  expect(Date.parse(run.world.mails.find((m) => m.kind === 'notice-0')!.at)).toBeLessThan(Date.parse(soon));
});

test('a second notice goes out by the same approval unless its recipients changed', async () => {
  await using run = await startRun(env, { notices: ['P7D', 'P1D'] });
  await run.approveAll(['notice']);
  await run.until('first', () => kinds(run).includes('notice-0'));
  run.world.members.add('newcomer');
  const { gates } = await run.until('asked again', (s) =>
    s.gates.some((g) => g.gate === 'notice' && g.state === 'open'),
  );
  expect(gates[0]!.plan!.rows).toContain('newcomer');
  await run.decide('bob', 'notice');
  await run.until('second', () => kinds(run).includes('notice-1'));
});
