import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostWorkflowId } from '../../domain/names.ts';
import { approve } from '../support/approve.ts';
import { startUpdate, type Driven } from '../support/run.ts';
import { ask, realTime } from '../support/temporal.ts';
import type { fleetUpdate } from '../../workflows/fleet-update.ts';

/** A host that is owed an image, and another update after that. */
let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

type Run = Driven<typeof fleetUpdate>;

const FIRST = '2027-02-11-gpu-update';
const reboots = ({ world }: Run) =>
  world.log.filter(({ what }) => what.startsWith('reboot ')).map(({ what }) => what.slice(7));
const cojito = () => env.client.workflow.getHandle(hostWorkflowId('cojito'));
const tasks = () => ask<readonly string[]>(env, hostWorkflowId('cojito'), 'deferredTasks');
const waitsFor = (run: Run, workflow: string, key: string) =>
  expect.poll(async () => (await run.status(workflow)).waitingFor.map((w) => w.key)).toContain(key);
/** Rolled out to all hosts but cojito, for which it is deferred. */
async function owing(): Promise<Run> {
  const run = await startUpdate(env, { parent: 'semester/none' }, (world) => {
    world.rollout = { ...world.rollout, canary: false };
    world.sick.set('cojito', 'VerificationFailed');
  });
  await run.approveAll(['rollout']);
  await waitsFor(run, run.handle.workflowId, 'attention:roll-out');
  await run.handle.signal('skip', { step: 'roll-out', by: 'bob', reason: 'it is down' });
  expect(await run.handle.result()).toMatchObject({ updated: 1, deferred: 1 });
  await waitsFor(run, hostWorkflowId('cojito'), 'attention:deferred-image');
  return run;
}
async function another(run: Run) {
  const name = `${run.handle.workflowId}-2`;
  const input = { site: 'lab', name, startedBy: 'alice', mode: 'update', keep: [], parent: 'semester/none' } as const;
  const start = { workflowId: name, taskQueue: run.taskQueue, args: [input] as [typeof input] };
  const handle = await env.client.workflow.start<typeof fleetUpdate>('fleetUpdate', start);
  await waitsFor(run, name, 'gate:rollout');
  await approve(env.client, name, 'rollout');
  return handle;
}

test('after two updates miss a host, only the newest image is deferred, since the older one may be deleted', async () => {
  await using run = await owing();
  const handle = await another(run);
  await waitsFor(run, handle.workflowId, 'attention:roll-out');
  await handle.signal('skip', { step: 'roll-out', by: 'bob', reason: 'still down' });
  expect(await handle.result()).toMatchObject({ updated: 1, deferred: 1 });
  expect(await tasks()).toEqual(['image']);
  await waitsFor(run, hostWorkflowId('cojito'), 'attention:deferred-image');
  const before = reboots(run).length;
  run.world.sick.clear();
  await cojito().signal('retry', { step: 'deferred-image', by: 'bob', reason: 'it is on again' });
  await expect.poll(tasks).toEqual([]);
  expect(run.world.running.get('cojito')).toBe(`${FIRST}-2`);
  expect(reboots(run).slice(before)).toEqual(['cojito']);
});

test('after another update reaches a host, it does not boot the older image', async () => {
  await using run = await owing();
  run.world.sick.clear();
  const handle = await another(run);
  expect(await handle.result()).toMatchObject({ updated: 2, deferred: 0 });
  await expect.poll(tasks).toEqual([]);
  expect(run.world.running.get('cojito')).toBe(`${FIRST}-2`);
  expect(reboots(run).filter((host) => host === 'cojito')).toHaveLength(3);
});
