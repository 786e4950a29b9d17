import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { calendarOf } from '../../domain/calendar.ts';
import { startRun, type Run } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';
import { HOSTS } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

const DAY = 24 * 3600_000;
const mailsOf = (run: Run, kind: string) => run.world.mails.filter((m) => m.kind === kind);
const order = (run: Run, ...what: string[]) => what.map((w) => run.world.log.findIndex((l) => l.what.startsWith(w)));
const rising = (positions: number[]) => positions.every((p, i) => p >= 0 && (i === 0 || p > positions[i - 1]!));

describe('the whole semester', () => {
  test('runs every phase in order with wipe first, and mails at the right instants in Seoul', async () => {
    await using run = await startRun(env);
    await run.approveAll();
    const result = await run.handle.result();
    expect(result.outcome).toBe('finished');

    const calendar = calendarOf(run.semester, 'Asia/Seoul');
    expect(calendar.deadline).toMatch(/T14:59:59Z$/); // 23:59:59 in Seoul
    for (const mail of mailsOf(run, 'notice-0')) expectOnTime(mail.at, calendar.notices[0]!);
    for (const mail of mailsOf(run, 'deadline')) expectOnTime(mail.at, calendar.deadline);
    expect(Date.parse(calendar.deadline) - Date.parse(calendar.notices[0]!)).toBe(7 * DAY);
    expect(mailsOf(run, 'notice-0').map((m) => m.to)).toEqual(['erin', 'frank', 'grace']);
    expect(mailsOf(run, 'deadline').map((m) => m.to)).toEqual(['erin', 'frank', 'grace']);

    const steps = ['remove members', 'drain oloroso', 'backup', 'wipe homes', 'wipe docker asahi', 'prune'];
    expect(rising(order(run, ...steps, 'update asahi', 'image', 'reboot', 'publish'))).toBe(true);
    expect([...run.world.homes]).toEqual(['prof', 'bacchus']);
    expect([...run.world.members]).toEqual(['prof']);
    expect(
      run.world.log
        .filter((l) => l.what.startsWith('reboot'))
        .map((l) => l.what.slice(7))
        .sort(),
    ).toEqual(HOSTS.slice(1));
    expect(mailsOf(run, 'approver-report').map((m) => m.to)).toEqual(run.world.approvers);
    // The canary alone first.
    expect(run.world.log.find((l) => l.what.startsWith('reboot'))?.what).toBe('reboot bernini');
    const { events } = await run.handle.fetchHistory();
    expect(events!.length).toBeLessThan(500);
  });

  test('updates the fleet before the drain with update first, and proves absence right before the wipe', async () => {
    await using run = await startRun(env, { order: 'update-first' });
    await run.approveAll();
    await run.handle.result();
    expect(
      rising(
        order(
          run,
          'remove members',
          'update asahi',
          'image',
          'reboot',
          'drain oloroso',
          'backup',
          'wipe homes',
          'publish',
        ),
      ),
    ).toBe(true);
  });

  test('verifies a reinstallation and a form that a person reports as done', async () => {
    await using run = await startRun(env, { mode: 'reinstall', formUrl: undefined as unknown as string });
    await run.approveAll(['notice', 'removal', 'wipe', 'prune']);
    const status = await run.until('reinstall', (s) => s.waitingFor.some((w) => w.key === 'gate:reinstall'));
    expect(status.waitingFor.at(-1)!.commands[0]).toContain(`semester done ${status.children[0]} reinstall`);
    // Sent to the parent, as from the Temporal UI: the parent forwards it to the child that waits.
    await run.handle.signal('done', { step: 'reinstall', by: 'bob', reason: 'reinstalled asahi' });
    await run.approveAll(['rollout']);
    await run.until('form', (s) => s.waitingFor.some((w) => w.key === 'gate:form'));
    await run.handle.signal('done', { step: 'form', by: 'bob', reason: 'made', value: 'ftp://nowhere' });
    const again = await run.until('form again', (s) => s.waitingFor.some((w) => w.sentence.includes('does not open')));
    expect(again.phase).toBe('reopen');
    await run.handle.signal('done', { step: 'form', by: 'bob', reason: 'made', value: 'https://form.example/2' });
    await run.approveAll(['publish']);
    expect((await run.handle.result()).outcome).toBe('finished');
    expect(run.world.log.map((l) => l.what)).toContain('image gpu-reinstall');
  });

  test('verifies earlier phases of a semester under way, and does not run them', async () => {
    await using run = await startRun(env, {}, { from: 'wipe' }, (world) => {
      for (const m of ['erin', 'frank', 'grace']) world.members.delete(m);
      world.sessions.clear();
    });
    await run.approveAll();
    const result = await run.handle.result();
    expect(mailsOf(run, 'notice-0')).toEqual([]);
    const drained = result.proofs.filter((p) => p.what === 'absence');
    expect(drained.map((p) => p.how)).toEqual(['by-hand', 'by-hand', 'by-hand', 'by-hand']);
    expect(rising(order(run, 'backup', 'wipe homes', 'publish'))).toBe(true);
  });
});

/** Never early, and at most a minute late. */
function expectOnTime(at: string, due: string): void {
  const late = Date.parse(at) - Date.parse(due);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(60_000);
}
