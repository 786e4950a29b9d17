import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, expect, test } from 'vitest';
import { openRuns } from '../../watch/runs.ts';
import { realTime, workerFor } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
afterEach(() => env.teardown());

test('a run whose workflow task fails is found with its cause, and what an open run waits for with its time', async () => {
  env = await realTime();
  const taskQueue = `q-${randomUUID()}`;
  const start = (type: string, workflowId: string, memo: Record<string, unknown> = {}) =>
    env.client.workflow.start(type, { taskQueue, workflowId, memo });
  const waiting = [{ key: 'gate:wipe', since: '2027-02-20T12:00:00.000Z', commands: [] }];
  // No such type: each task fails, as with code that does not replay. The other has no worker, and fails nothing.
  await start('no-such-type', 'semester/stuck');
  await env.client.workflow.start('site', {
    taskQueue: 'nobody',
    workflowId: 'site/alone',
    memo: { waitingFor: waiting },
  });
  const worker = await workerFor(env, {}, taskQueue);
  await worker.runUntil(async () => {
    await expect
      .poll(async () => (await openRuns(env.client)).find(({ workflowId }) => workflowId === 'semester/stuck'))
      .toMatchObject({ failing: { cause: expect.stringContaining('no-such-type') }, waiting: [] });
  });
  const runs = await openRuns(env.client);
  expect(runs).toContainEqual({ workflowId: 'site/alone', type: 'site', failing: null, waiting });
  // Also without a worker it is still known why it fails.
  expect(runs.find(({ workflowId }) => workflowId === 'semester/stuck')?.failing?.since).toMatch(/^\d{4}-.*Z$/);
});
