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

test('applications open anew although the lock of the site was terminated, and never twice', async () => {
  await using run = await startRun(env, {}, { from: 'reopen' }, (world) => world.members.clear());
  await run.approveAll(['publish']);
  await run.until('applications', (s) => s.children.length > 0);
  await env.client.workflow.getHandle(siteWorkflowId('lab')).terminate('by mistake');
  run.world.broken.set('requestGrant', 'down');
  const [first = ''] = (await run.status()).children;
  await env.client.workflow.getHandle(first).terminate('by mistake');
  const retry = () => run.handle.signal('retry', { step: 'applications', by: 'bob', reason: 'a slip' });
  await waitsFor(run, 'attention:applications');
  await retry();
  await run.until('again', (s) =>
    s.steps.some(({ step, round, state }) => step === 'applications' && round === 2 && state === 'attention'),
  );
  run.world.broken.delete('requestGrant');
  await retry();
  await run.until('told', (s) => s.steps.some(({ step, round }) => step === 'applications' && round === 3));
  expect((await run.status()).children).toEqual([`${first}-2`]);
  await using again = await startRun(env, {}, { from: 'lockout' });
  await again.until('removal', (s) => s.gates.some(({ gate }) => gate === 'removal'));
  expect((await env.client.workflow.getHandle(`${first}-2`).describe()).status.name).toBe('COMPLETED');
  await expect(env.client.workflow.getHandle(`${first}-3`).describe()).rejects.toThrow(/not found/);
});

test('an opening of logins that cannot be deferred parks the reopening, and does not end the semester', async () => {
  await using run = await startRun(env, endsAtOnce, { from: 'reopen' }, (world) => {
    world.members.clear();
    world.excluded.add('cojito');
    world.broken.set('deferTask', 'Temporal has no room');
  });
  await run.approveAll(['publish']);
  await waitsFor(run, 'attention:defer-openings');
  run.world.broken.delete('deferTask');
  await run.handle.signal('retry', { step: 'defer-openings', by: 'bob', reason: 'it has room' });
  expect(await run.handle.result()).toMatchObject({ outcome: 'finished' });
});

test('applications that stop late do not hide those that accept now', async () => {
  await using run = await startRun(env, {}, { from: 'lockout' }, ({ broken }) => broken.set('readSite', 'no'));
  await waitsFor(run, 'attention:read-site');
  const now = { workflow: applicationsWorkflowId('now') };
  const site = await env.client.workflow.signalWithStart('site', {
    workflowId: siteWorkflowId('lab'),
    taskQueue: run.taskQueue,
    args: [{ site: 'lab' }],
    signal: 'acceptsApplications',
    signalArgs: [now],
  });
  await site.signal('acceptsApplications', { workflow: null, stopped: applicationsWorkflowId('before') });
  run.world.broken.delete('readSite');
  await run.handle.signal('retry', { step: 'read-site', by: 'bob', reason: 'mended' });
  const { steps } = await run.until('removal', (s) => s.gates.some(({ gate }) => gate === 'removal'));
  expect(steps.map(({ step }) => step)).toContain('end-old-applications');
});
