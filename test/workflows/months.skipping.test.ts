import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applicationsWorkflowId } from '../../domain/names.ts';
import { APPLICATIONS, startRun, type Run } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

const idOf = (run: Run) => applicationsWorkflowId(run.semester.name);

async function serving(
  prepare: (world: Run['world']) => void = () => {},
  changes: Parameters<typeof startRun>[1] = {},
): Promise<Run> {
  const run = await startRun(env, changes, { from: 'reopen' }, (world) => {
    world.members.clear();
    prepare(world);
  });
  await run.approveAll(['publish']);
  await run.until('open', (s) => s.phase === 'applications');
  return run;
}

test('months without an applicant stay below 50 events; the last weeks ask for the next semester', async () => {
  const halfAYear = (day: (ahead: number) => string) => ({ applications: { ...APPLICATIONS, until: day(180) } });
  await using run = await serving(() => {}, halfAYear);
  await run.handle.result();
  const { events } = await env.client.workflow.getHandle(idOf(run)).fetchHistory();
  const asked = run.world.mails.filter(({ kind }) => kind === 'approver-next-semester');
  // Until the end of the period: applications have ended three weeks before.
  expect(asked.map(({ about }) => about)).toEqual(['week 1', 'week 2', 'week 3', 'week 4', 'week 5']);
  expect(events!.length).toBeLessThan(50);
});

test('after the end of applications the form is closed and no applicant is accepted; the workflow runs to the end of the period', async () => {
  await using run = await serving((world) => world.broken.set('closeForm', 'Google says no'));
  const id = idOf(run);
  const { dates } = await run.until('the end', (s) => s.waitingFor.some(({ key }) => key === 'attention:close-form'));
  run.world.broken.delete('closeForm');
  await run.handle.signal('retry', { step: 'close-form', by: 'bob', reason: 'it does now' });
  await run.until('closed', () => run.world.log.some(({ what }) => what === 'close form'));

  run.world.due.push({ kind: 'accept', user: 'heidi', uid: 8 });
  run.world.review.add('judy');
  const at = new Date(await env.currentTimeMs()).toISOString();
  const applications = env.client.workflow.getHandle(id);
  await applications.signal('judge', { verdict: 'approve', users: ['judy'], by: 'bob', at });
  await run.handle.signal('reschedule', { applicationsUntil: run.semester.period.until, by: 'bob', reason: 'more' });
  await run.until('refused', (s) => s.refused.length > 0);
  expect((await run.status()).refused[0]!.reason).toBe(
    `applications ended at ${dates!['applications.until']}: the form is closed, and applications.until can no longer change`,
  );
  const open = await run.status(id);
  expect(open.refused.map(({ message, reason }) => [message, reason])).toEqual([
    ['judge', expect.stringContaining('applications have ended')],
  ]);
  expect(open.next).toEqual({ at: dates!['period.until'], what: 'the end of the period' });
  expect((await run.handle.result()).outcome).toBe('finished');
  expect(await env.currentTimeMs()).toBeGreaterThanOrEqual(Date.parse(dates!['period.until']!));
  expect([...run.world.members]).toEqual([]);
});

test('a new holder learns at once that no workflow accepts applications, also while the form is parked', async () => {
  await using run = await serving((world) => world.broken.set('closeForm', 'Google says no'));
  await run.until('the end', (s) => s.waitingFor.some(({ key }) => key === 'attention:close-form'));
  const applications = env.client.workflow.getHandle(idOf(run));
  await applications.signal('stopAccepting', { tell: run.handle.workflowId });
  const told = async () => {
    const { events } = await applications.fetchHistory();
    return events!.flatMap(
      ({ signalExternalWorkflowExecutionInitiatedEventAttributes: sent }) => sent?.signalName ?? [],
    );
  };
  await expect.poll(told).toContain('acceptingStopped');
  expect((await run.status()).waitingFor.map(({ key }) => key)).toEqual(['attention:close-form']);
});

test('no mail asks for a semester that has started', async () => {
  await using run = await serving((world) => (world.nextStarted = '2027-fall'));
  await run.handle.result();
  expect(run.world.mails.filter(({ kind }) => kind === 'approver-next-semester')).toEqual([]);
});

test('a day without the ID server parks nothing and mails no approver; then it continues', async () => {
  await using run = await serving();
  const asked = run.world.mails.length;
  run.world.broken.set('pollApplications', 'down');
  run.world.due.push({ kind: 'accept', user: 'heidi', uid: 8 });
  await env.sleep('1 day');
  const away = await run.status(idOf(run));
  expect(away.waitingFor).toEqual([]);
  expect(away.steps.filter(({ state }) => state === 'attention')).toEqual([]);
  run.world.broken.delete('pollApplications');
  await run.until('accepted', () => run.world.members.has('heidi'));
  expect(run.world.mails.slice(asked).filter(({ kind }) => kind.startsWith('approver-'))).toEqual([]);
});

test('applications that are aborted close the form as well', async () => {
  await using run = await serving();
  await env.client.workflow.getHandle(idOf(run)).signal('abort', { by: 'bob', reason: 'full' });
  expect((await run.handle.result()).outcome).toBe('finished');
  expect(run.world.log.map(({ what }) => what)).toContain('close form');
});

test('applications that are cancelled in Temporal do not end their semester: it asks, and opens them anew', async () => {
  await using run = await serving((world) => (world.makesForm = 'https://form.example/made'));
  await env.client.workflow.getHandle(idOf(run)).cancel();
  const { steps } = await run.until('asked', (s) => s.waitingFor.some(({ key }) => key === 'attention:applications'));
  expect(steps.find(({ step }) => step === 'applications')).toMatchObject({
    state: 'attention',
    reason: `Cancelled: ${idOf(run)} was cancelled`,
  });
  run.world.due.push({ kind: 'accept', user: 'heidi', uid: 8 });
  await run.handle.signal('retry', { step: 'applications', by: 'bob', reason: 'a slip' });
  await run.until('let in', () => run.world.members.has('heidi'));
  expect((await run.status()).children).toEqual([`${idOf(run)}-2`]);
  const form = run.world.log.map(({ what }) => what).filter((what) => what.endsWith('form'));
  expect(form).toEqual(['open form', 'close form', 'open form']);
});

test('continues as new with applicants only, and keeps the decisions', async () => {
  await using run = await serving((world) => {
    world.page = 1;
    world.review.add('heidi');
  });
  const handle = env.client.workflow.getHandle(idOf(run));
  const first = (await handle.describe()).runId;
  await run.decide('bob', 'applications');
  await run.until('let in', () => run.world.members.has('heidi'));
  await handle.signal('retry', { step: 'nothing', by: 'bob', reason: 'a slip' });

  // Messages come while one run ends and the next begins.
  for (let n = 0; n < 200; n++) run.world.due.push({ kind: 'mail-accepted', user: `user${n}`, uid: n });
  // The clock runs meanwhile: the last poll may be recent, and the next one is a day later.
  const kept: string[] = [];
  const keeping = async () => {
    for (let left = 200; left > 0; left -= 4) {
      await expect.poll(() => run.world.due.length, { interval: 20 }).toBeLessThanOrEqual(left);
      const user = `kept${left}`;
      await handle.signal('keep', { user, by: 'bob', reason: 'thesis' });
      kept.push(`${user} — thesis`);
    }
  };
  await Promise.all([env.sleep('1 day'), keeping()]);
  await expect.poll(() => run.world.due.length).toBe(0);
  const at = new Date(await env.currentTimeMs()).toISOString();
  run.world.review.add('judy');
  await handle.signal('judge', { verdict: 'approve', users: ['judy'], by: 'bob', at });
  await run.until('let in', () => run.world.members.has('judy'));
  const status = await run.status(idOf(run));
  const { runId, memo } = await handle.describe();
  expect(runId).not.toBe(first);
  expect(memo).toMatchObject({ semester: run.semester.name });
  const { events } = await env.client.workflow.getHandle(idOf(run), first).fetchHistory();
  expect(events!.length).toBeLessThan(2200);
  expect(events!.at(-1)!.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
  expect(status.kept).toEqual(kept);
  expect(status.refused.map(({ message }) => message)).toEqual(['retry']);
  expect(status.steps.find(({ step }) => step === 'mail-applicants')?.round).toBe(200);
  expect(run.world.mails.filter(({ kind }) => kind === 'mail-accepted')).toHaveLength(200);

  // The next list is another round: approvers are mailed once about each.
  run.world.review.add('ivan');
  await run.decide('bob', 'applications');
  await run.until('let in', () => run.world.members.has('ivan'));
  const lists = run.world.mails.filter(({ to, kind }) => to === 'bob' && kind === 'approver-gate');
  expect(lists.map(({ about }) => about)).toEqual([
    'publish gate:publish:1',
    'applications gate:applications:1',
    'applications gate:applications:2',
  ]);
  expect((await run.status()).children).toContain(idOf(run));
});

test('what approvers decide while it continues as new is decided by the run that follows', async () => {
  await using run = await serving((world) => {
    world.page = 1;
    world.review.add('judy');
  });
  const handle = env.client.workflow.getHandle(idOf(run));
  const { runId } = await handle.describe();
  const events = async () => (await env.client.workflow.getHandle(idOf(run), runId).fetchHistory()).events!;
  /** Event ids of what was asked of an activity, and what of that was called off. */
  const calls = async (activity: string) => {
    const all = await events();
    const asked = all.flatMap(({ eventId, activityTaskScheduledEventAttributes: of }) =>
      of?.activityType?.name === activity ? [String(eventId)] : [],
    );
    const off = all.map(({ activityTaskCancelRequestedEventAttributes: of }) => String(of?.scheduledEventId));
    return { asked, off: asked.filter((id) => off.includes(id)) };
  };

  // An end that takes time: what goes on beside has to end before the run does.
  let answer = () => {};
  run.world.held.set('proposeNextSemester', new Promise((resolve) => (answer = resolve)));
  for (let n = 0; n < 500; n++) run.world.due.push({ kind: 'mail-accepted', user: `user${n}`, uid: n });
  await run.handle.signal('reschedule', {
    periodUntil: run.semester.period.until,
    by: 'bob',
    reason: 'the same again',
  });
  await expect
    .poll(() => calls('proposeNextSemester'), { timeout: 60_000 })
    .toMatchObject({ asked: [{}, {}], off: [{}, {}] });
  const at = new Date(await env.currentTimeMs()).toISOString();
  await handle.signal('judge', { verdict: 'approve', users: ['judy'], by: 'bob', at });
  // For good: of one that were to be tried again after it was called off, this server says nothing any more.
  run.world.broken.set('proposeNextSemester', 'a broken template');
  answer();
  await run.until('let in', () => run.world.members.has('judy'));

  expect((await events()).at(-1)!.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
  expect((await calls('judgeApplicants')).asked).toEqual([]);
  expect((await run.status(idOf(run))).accepted.map(({ message, by }) => [message, by])).toEqual([['judge', 'bob']]);
});

// The last one here: the server's clock stands still when a child has outlived its parent.
test('the form is closed when the period ends, also of a semester that was aborted meanwhile', async () => {
  const closings = ({ world }: Run) => world.log.filter(({ what }) => what === 'close form').length;
  await using run = await serving((world) => world.broken.set('closeForm', 'Google says no'));
  await run.handle.signal('abort', { by: 'bob', reason: 'started by mistake' });
  expect((await run.handle.result()).outcome).toBe('aborted');
  const applications = env.client.workflow.getHandle(idOf(run));
  expect((await applications.describe()).status.name).toBe('RUNNING');
  const asked = () => run.world.mails.some(({ about }) => about.startsWith('close-form'));
  for (let days = 0; days < 300 && !asked(); days++) await env.sleep('1 day');
  run.world.broken.delete('closeForm');
  await applications.signal('retry', { step: 'close-form', by: 'bob', reason: 'it does now' });
  expect(await applications.result()).toEqual({ accepted: 0, mailed: 0 });
  expect(closings(run)).toBe(1);
});
