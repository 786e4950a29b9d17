import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rollbackWorkflowId } from '../../domain/names.ts';
import type { RollBackInput } from '../../domain/roll-back.ts';
import type { rollback } from '../../workflows/rollback.ts';
import { startIn } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const start = (hosts: readonly string[] | null, prepare: (world: World) => void) =>
  startIn(env, prepare, (taskQueue) => {
    const name = `r-${hosts?.join('-') ?? 'all'}`;
    const input: RollBackInput = { site: 'lab', name, startedBy: 'alice', hosts, reason: 'GPUs are lost' };
    return env.client.workflow.start<typeof rollback>('rollback', {
      workflowId: rollbackWorkflowId(name),
      taskQueue,
      args: [input],
    });
  });

const updated = (world: World, ...hosts: readonly string[]) => {
  for (const host of hosts) world.running.set(host, '2027-02-11-gpu-update');
};

test('a rollback of all hosts is approved, then each host in turn is drained, rolled back, and opened again', async () => {
  await using run = await start(null, (world) => updated(world, 'bernini', 'cojito'));
  const asked = await run.until('rollback', (s) => s.waitingFor.some((w) => w.key === 'gate:rollback'));
  expect(asked.gates[0]).toMatchObject({ gate: 'rollback', needed: 1, plan: { rows: ['bernini', 'cojito'] } });
  expect(run.world.log).toEqual([]);
  await run.approveAll(['rollback']);
  expect(await run.handle.result()).toMatchObject({ outcome: 'rolled-back', proofs: [{}, {}] });
  expect(run.world.log.map((l) => l.what)).toEqual(
    ['bernini', 'cojito'].flatMap((host) => [
      `warn ${host}`,
      `drain ${host}`,
      `roll back ${host}`,
      `open logins ${host}`,
    ]),
  );
});

test('waits for GPU jobs, and continues after done; a host that fails parks with open logins', async () => {
  await using run = await start(['bernini'], (world) => {
    updated(world, 'bernini', 'cojito');
    world.training.set('bernini', Infinity);
    world.waitForJobsMs = 500;
    world.broken.set('rollBack', 'old-root is gone');
  });
  await run.approveAll(['rollback']);
  await run.until('jobs', (s) => s.waitingFor.some((w) => w.key === 'attention:jobs-bernini'));
  await run.handle.signal('done', { step: 'jobs-bernini', by: 'bob', reason: 'it cannot compute anyway' });
  await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:roll-back-bernini'));
  expect([...run.world.closed]).toEqual([]);
  run.world.broken.delete('rollBack');
  await run.handle.signal('retry', { step: 'roll-back-bernini', by: 'bob', reason: 'renamed it' });
  expect(await run.handle.result()).toMatchObject({ outcome: 'rolled-back' });
  expect([...run.world.running.keys()]).toEqual(['cojito']);
});

test('a rollback of all hosts without an old root opens no gate', async () => {
  await using run = await start(null, () => {});
  expect(await run.handle.result()).toMatchObject({ outcome: 'nothing' });
});

test('a rollback of a named host without an old root parks with the reason, and a retry checks again', async () => {
  await using run = await start(['cojito'], () => {});
  const status = await run.until('refused', (s) => s.waitingFor.some((w) => w.key === 'attention:plan-rollback'));
  expect(status.steps.find(({ step }) => step === 'plan-rollback')?.reason).toBe(
    'VerificationFailed: cojito: no old-root',
  );
  updated(run.world, 'cojito');
  await run.handle.signal('retry', { step: 'plan-rollback', by: 'bob', reason: 'put there by hand' });
  await run.approveAll(['rollback']);
  expect(await run.handle.result()).toMatchObject({ outcome: 'rolled-back' });
});
