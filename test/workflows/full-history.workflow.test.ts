import { readFile } from 'node:fs/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostWorkflowId } from '../../domain/names.ts';
import { startIn } from '../support/run.ts';
import { ask, realTime, workflowBundle } from '../support/temporal.ts';
import type { host } from '../../workflows/host.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const FULL = 150;
/** Workflows whose history counts as full after so many events. */
async function soonFull(): Promise<WorkflowBundleOption> {
  const code = await readFile(workflowBundle().codePath, 'utf8');
  const early = code.replaceAll(/(workflowInfo\)\(\))\.continueAsNewSuggested/g, `$1.historyLength > ${FULL}`);
  expect(early).not.toBe(code);
  return { code: early };
}

test('a host whose history is full continues as new while a task is parked, and keeps its pause', async () => {
  const workflowId = hostWorkflowId('cojito');
  await using run = await startIn(
    env,
    (world) => {
      world.broken.set('openLogins', 'the host is down');
      world.closed.set('cojito', 'drain');
    },
    (taskQueue) =>
      env.client.workflow.start<typeof host>('host', {
        workflowId,
        taskQueue,
        args: [{ host: 'cojito', site: 'lab', deferred: [{ kind: 'open-logins' }] }],
      }),
    await soonFull(),
  );
  const handle = env.client.workflow.getHandle(workflowId);
  const runId = async () => (await handle.describe()).runId;
  const tasks = () => ask<readonly string[]>(env, workflowId, 'deferredTasks');
  const opened = () => run.world.log.some(({ what }) => what === 'open logins cojito');
  await run.until('parked', (s) => s.waitingFor.some(({ key }) => key === 'attention:deferred-open-logins'));
  const first = await runId();
  await handle.signal('pause', { by: 'bob', reason: 'the room is rebuilt' });
  for (let sent = 0; sent < FULL; sent++)
    await handle.signal('retry', { step: 'nothing', by: 'bob', reason: 'a slip' });
  await expect.poll(runId).not.toBe(first);

  run.world.broken.delete('openLogins');
  expect((await run.status()).paused).toBe(true);
  await handle.signal('wake');
  await run.until('the pause is shown', (s) => s.waitingFor.some(({ key }) => key === 'paused'));
  expect([await tasks(), opened()]).toEqual([['open-logins'], false]);
  await handle.signal('resume', { by: 'bob', reason: 'it is rebuilt' });
  await expect.poll(opened).toBe(true);
  await expect.poll(tasks).toEqual([]);
});
