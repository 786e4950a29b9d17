import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applicationsWorkflowId } from '../../domain/names.ts';
import { startRun, type Run } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';
import { HOSTS } from '../support/world.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

const reopened = { from: 'reopen' as const };
const wiped = (world: Run['world']) => world.members.clear();

test('a complete applicant is accepted, granted Docker on every host, and mailed; idle weeks add no history', async () => {
  await using run = await startRun(env, {}, reopened, wiped);
  await run.approveAll(['publish']);
  await run.until('open', (s) => s.phase === 'applications');
  run.world.due.push(
    { kind: 'accept', user: 'heidi', uid: 8 },
    { kind: 'grant-docker', user: 'heidi', uid: 8 },
    { kind: 'mail-accepted', user: 'heidi', uid: 8 },
    { kind: 'mail-missing-survey', user: 'ivan', uid: 9 },
  );
  expect((await run.handle.result()).outcome).toBe('finished');
  const done = run.world.log.map((l) => l.what);
  expect(done).toContain('accept heidi');
  for (const host of HOSTS) expect(done).toContain(`docker ${host} heidi`);
  expect(run.world.mails.filter((m) => m.kind.startsWith('mail-')).map((m) => m.kind)).toEqual([
    'mail-accepted',
    'mail-missing-survey',
  ]);
  const handle = env.client.workflow.getHandle(applicationsWorkflowId(run.semester.name));
  const { events } = await handle.fetchHistory();
  expect(events!.length).toBeLessThan(150);
});

test('a period without an applicant ends', async () => {
  await using run = await startRun(env, {}, reopened, wiped);
  await run.approveAll(['publish']);
  await run.handle.result();
  const handle = env.client.workflow.getHandle(applicationsWorkflowId(run.semester.name));
  expect((await handle.fetchHistory()).events!.length).toBeLessThan(50);
});

test('the next semester waits for the site, and ends the old applications before it removes anybody', async () => {
  await using first = await startRun(env);
  await first.approveAll(['notice', 'removal']);
  await first.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));

  await using second = await startRun(env, {}, { from: 'lockout' }, (world) => world.members.add('judy'));
  const waits = await second.until('its turn', (s) => s.waitingFor.some((w) => w.key === 'site/lab'));
  expect(waits.waitingFor[0]!.commands).toEqual(['semester status site/lab']);
  expect((await second.status('site/lab')).waitingFor[0]!.sentence).toContain(`held by ${first.handle.workflowId}`);

  // It waits for days, and adds no history meanwhile.
  await env.sleep('10 days');
  const site = await env.client.workflow.getHandle('site/lab').fetchHistory();
  expect(site.events!.length).toBeLessThan(40);

  await first.approveAll(['wipe', 'prune', 'rollout', 'publish']);
  await second.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
  const old = await env.client.workflow.getHandle(applicationsWorkflowId(first.semester.name)).describe();
  expect(old.status.name).toBe('COMPLETED');
  expect(second.world.members.has('judy')).toBe(true);
});

test('a terminated holder releases the site', async () => {
  await using first = await startRun(env);
  await first.approveAll(['notice', 'removal']);
  await first.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));
  await first.handle.terminate('somebody pulled the plug');
  await using second = await startRun(env, {}, { from: 'lockout' });
  await second.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
});

test.each([
  ['they stop later', false],
  ['a person ends them', true],
])('old applications that do not stop park the next semester after an hour, until %s', async (_, ended) => {
  await using run = await startRun(env);
  const { taskQueue } = run;
  // Another workflow keeps the message, and never answers it.
  const old = await env.client.workflow.start('host', {
    workflowId: 'applications/old',
    taskQueue,
    args: [{ host: 'asahi', site: 'lab' }],
  });
  await env.client.workflow.start('site', {
    workflowId: 'site/lab',
    taskQueue,
    args: [{ site: 'lab', applications: old.workflowId }],
  });
  await run.approveAll(['notice']);
  const { steps } = await run.until('parked', (s) =>
    s.waitingFor.some((w) => w.key === 'attention:end-old-applications'),
  );
  expect(steps.at(-1)?.reason).toContain('semester abort applications/old');
  if (ended) {
    await old.terminate('it hangs');
    await run.handle.signal('retry', { step: 'end-old-applications', by: 'bob', reason: 'ended' });
  } else await run.handle.signal('acceptingStopped', { workflow: old.workflowId });
  await run.until('removal', (s) => s.gates.some((g) => g.gate === 'removal'));
});
