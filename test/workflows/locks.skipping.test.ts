import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import { startIn } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';
import type { host } from '../../workflows/host.ts';
import type { site } from '../../workflows/site.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

test('a task that is parked for months adds no events', async () => {
  const workflowId = hostWorkflowId('cojito');
  await using run = await startIn(
    env,
    (world) => world.broken.set('openLogins', 'the host is down'),
    (taskQueue) =>
      env.client.workflow.start<typeof host>('host', {
        workflowId,
        taskQueue,
        args: [{ host: 'cojito', site: 'lab', deferred: [{ kind: 'open-logins' }] }],
      }),
  );
  const length = async () => (await run.handle.fetchHistory()).events!.length;
  await run.until('parked', (s) => s.waitingFor.some(({ key }) => key === 'attention:deferred-open-logins'));
  await env.sleep('2 days');
  const parked = await length();
  await env.sleep('90 days');
  expect(await length()).toBe(parked);
});

test('who waits for a lock for weeks adds no events to it, and gets a signal at once when it is free', async () => {
  const lockOf = (name: string) => siteWorkflowId(name);
  await using run = await startIn(
    env,
    () => {},
    (taskQueue) =>
      env.client.workflow.start<typeof site>('site', {
        workflowId: lockOf('lab'),
        taskQueue,
        args: [{ site: 'lab' }],
      }),
  );
  // Whoever holds a lock is a workflow that runs; these are locks themselves.
  for (const name of ['a', 'b', 'c'])
    await env.client.workflow.start<typeof site>('site', {
      workflowId: lockOf(name),
      taskQueue: run.taskQueue,
      args: [{ site: name }],
    });
  const holder = (name: string) => ({ workflow: lockOf(name), purpose: 'semester' });
  const granted = async (name: string) => {
    const { events } = await env.client.workflow.getHandle(lockOf(name)).fetchHistory();
    return events!.filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'granted').length;
  };
  for (const name of ['a', 'b', 'c']) await run.handle.signal('request', holder(name));
  await expect.poll(() => granted('a')).toBe(1);
  await env.sleep('1 hour');
  const length = async () => (await run.handle.fetchHistory()).events!.length;
  const waiting = await length();
  await env.sleep('20 days');
  expect(await length()).toBe(waiting);
  expect(await granted('b')).toBe(0);

  await run.handle.signal('release', holder('a'));
  await expect.poll(() => granted('b')).toBe(1);
  // One that ends without a release is noticed.
  await env.client.workflow.getHandle(lockOf('b')).terminate('by mistake');
  await env.sleep('31 minutes');
  await expect.poll(() => granted('c')).toBe(1);
});
