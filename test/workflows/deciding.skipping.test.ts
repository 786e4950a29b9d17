import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApplicantVerdict } from '../../domain/judgement.ts';
import { applicationsWorkflowId } from '../../domain/names.ts';
import { startRun, type Run } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

const reopened = { from: 'reopen' as const };
const wiped = (world: Run['world']) => world.members.clear();
const idOf = (run: Run) => applicationsWorkflowId(run.semester.name);

async function serving(prepare: (world: Run['world']) => void = () => {}): Promise<Run> {
  const run = await startRun(env, {}, reopened, (world) => {
    wiped(world);
    prepare(world);
  });
  await run.approveAll(['publish']);
  await run.until('open', (s) => s.phase === 'applications');
  return run;
}

/** Sends a decision and waits for the workflow's answer. */
async function judge(run: Run, more: Partial<ApplicantVerdict>) {
  const handle = env.client.workflow.getHandle(idOf(run));
  const before = await run.status(idOf(run));
  const at = new Date(await env.currentTimeMs()).toISOString();
  await handle.signal('judge', { verdict: 'approve', users: ['heidi'], by: 'bob', at, ...more });
  for (;;) {
    const after = await run.status(idOf(run));
    const word = [...after.refused.slice(before.refused.length), ...after.accepted.slice(before.accepted.length)].at(
      -1,
    );
    if (word) return 'reason' in word ? word.reason : word.detail;
    await env.sleep('1 minute');
  }
}

test('approvers accept a day’s list; a later applicant is on the next one', async () => {
  await using run = await serving((world) => world.review.add('heidi').add('ivan'));
  await run.until('the list', (s) => s.waitingFor.some((w) => w.key === 'gate:applications'));
  await run.decide('bob', 'applications');
  await run.until('let in', () => run.world.members.has('ivan'));
  expect(run.world.log.map((l) => l.what)).toContain('approve heidi ivan by bob');
  run.world.review.add('judy');
  await run.until('the next list', (s) => s.waitingFor.some((w) => w.key === 'gate:applications'));
  expect((await run.status(idOf(run))).gates.find((g) => g.gate === 'applications')).toMatchObject({
    round: 2,
    state: 'open',
    plan: { rows: ['judy'] },
  });
});

test('an applicant decided while the list waits leaves it, and its approvals are void', async () => {
  await using run = await serving((world) => {
    world.review.add('heidi').add('mallory');
    world.quorum.applications = 2;
  });
  await run.decide('bob', 'applications');
  expect(await judge(run, { verdict: 'reject', users: ['mallory'], reason: 'mined coins' })).toBe('1 decided');
  await run.until('asked again', (s) => s.waitingFor.some((w) => w.sentence.includes('applications 1')));
  const [asked] = (await run.status(idOf(run))).gates.filter((g) => g.gate === 'applications');
  expect(asked).toMatchObject({ state: 'open', approvals: [], plan: { rows: ['heidi'] } });
  await run.until('taken away', () => run.world.log.some((l) => l.what === 'reject request mallory'));
  expect(run.world.members.has('mallory')).toBe(false);
});

test('a list that is rejected waits for retry or, until the next day, for skip', async () => {
  await using run = await serving((world) => world.review.add('heidi'));
  await run.decide('bob', 'applications', { verdict: 'reject', comment: 'not today' });
  await run.until('it is parked', (s) => s.waitingFor.some((w) => w.key === 'attention:applications'));
  await run.handle.signal('skip', { step: 'applications', by: 'bob', reason: 'tomorrow' });
  await run.until('the next day', (s) => s.waitingFor.some((w) => w.key === 'gate:applications'));
  expect(run.world.members.has('heidi')).toBe(false);
});

test('a judgement counts if an approver sends it, well formed, about an applicant', async () => {
  await using run = await serving((world) => world.review.add('heidi'));
  expect(await judge(run, { by: 'mallory' })).toMatch(/mallory is not an approver/);
  expect(await judge(run, { users: [] })).toMatch(/"users" must be/);
  expect(await judge(run, { verdict: 'reject' })).toMatch(/"reason" is missing/);
  expect(await judge(run, { users: ['nobody'] })).toMatch(/there is no application by nobody/);
  expect(await judge(run, { at: '2999-01-01T00:00:00Z' })).toMatch(/in the future/);
  expect(await judge(run, {})).toBe('1 decided');
  await run.until('in', () => run.world.members.has('heidi'));
});

test('with required signatures a verdict without one decides nothing', async () => {
  await using run = await serving((world) => {
    world.review.add('heidi');
    world.signed = true;
  });
  expect(await judge(run, {})).toMatch(/not signed/);
  expect(run.world.review.has('heidi')).toBe(true);
});
