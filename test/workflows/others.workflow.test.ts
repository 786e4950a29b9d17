import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applicationsWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import { endsAtOnce, startRun, type Run } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const reopening = () =>
  startRun(env, endsAtOnce, { from: 'reopen' }, (world) => {
    world.members.clear();
  });
const waitsFor = (run: Run, key: string) => run.until(key, (s) => s.waitingFor.some((w) => w.key === key));

test('applications that still run under the name park the step; once they are ended, retry goes on', async () => {
  await using run = await reopening();
  await waitsFor(run, 'gate:publish');
  const workflowId = applicationsWorkflowId(run.semester.name);
  const { taskQueue } = run;
  const old = await env.client.workflow.start('site', { workflowId, taskQueue, args: [{ site: 'old' }] });
  await run.approveAll(['publish']);
  const { steps } = await waitsFor(run, 'attention:open-applications');
  expect(steps.find(({ step }) => step === 'open-applications')?.reason).toContain(`semester abort ${workflowId}`);
  await old.terminate('its semester was aborted');
  await run.handle.signal('retry', { step: 'open-applications', by: 'bob', reason: 'ended' });
  expect(await run.handle.result()).toMatchObject({ outcome: 'finished' });
});

test('a lock whose workflow was terminated ends no semester, and the new one knows who accepts applications', async () => {
  await using run = await startRun(env, {}, { from: 'reopen' }, (world) => world.members.clear());
  await waitsFor(run, 'gate:publish');
  const site = env.client.workflow.getHandle(siteWorkflowId('lab'));
  await site.terminate('by mistake');
  await run.approveAll(['publish']);
  await run.until('applications', (s) => s.steps.some(({ step }) => step === 'applications'));
  await using again = await startRun(env, {}, { from: 'lockout' });
  await again.until('removal', (s) => s.gates.some(({ gate }) => gate === 'removal'));
  const old = await env.client.workflow.getHandle(applicationsWorkflowId(run.semester.name)).describe();
  expect(old.status.name).toBe('COMPLETED');
});
