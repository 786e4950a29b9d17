import path from 'node:path';
import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lineageFrom } from '../../activities/approvals/lineage.ts';
import { passGate } from '../../activities/approvals/pass-gate.ts';
import type { Made } from '../../activities/contract.ts';
import { overlayOf } from '../../activities/store/overlay.ts';
import type { Store } from '../../activities/store/store.ts';
import { activitiesAfter, withAuthority } from '../../activities/with-authority.ts';
import { hostWorkflowId } from '../../domain/names.ts';
import type { WipeProofs } from '../../domain/proof.ts';
import type { Site } from '../../domain/site.ts';
import type { host as hostWorkflow } from '../../workflows/host.ts';
import { startIn } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const PLAN = 'sha256:plan';
const PROOFS = { keep: [], waived: [], absence: [] } as unknown as WipeProofs;

/** Gives the fleet in memory the authority of a real worker: who calls comes from Temporal's server. */
function guard(world: World): void {
  const site = {
    approvers: world.approvers.map((name) => ({ name })),
    quorum: { wipe: 2 },
    approvals: { signed: true, allowedSigners: '/nonexistent' },
    hosts: world.hosts.map((name) => ({ name })),
    update: { leader: 'asahi' },
  } as unknown as Site;
  const store = overlayOf({ getNamed: async () => null } as unknown as Store);
  const dependencies = {
    site: async () => site,
    store,
    clock: () => new Date(),
    lineage: lineageFrom(env.client),
    activitiesAfter,
  };
  const { drainHost, wipeHomes, wipeDocker, removeMembers, deferTask } = world.acts;
  const acts = { drainHost, wipeHomes, wipeDocker, removeMembers, deferTask, passGate: passGate(dependencies) };
  Object.assign(world.acts, withAuthority(acts as unknown as Made, dependencies));
}

test('an unsigned message that starts host/<name> ends no session and closes no login', async () => {
  const workflowId = hostWorkflowId('asahi');
  await using run = await startIn(env, guard, (taskQueue) =>
    env.client.workflow.signalWithStart<typeof hostWorkflow, [object]>('host', {
      workflowId,
      taskQueue,
      args: [{ host: 'asahi', site: 'lab' }],
      signal: 'deferTask',
      signalArgs: [{ kind: 'wipe-docker', plan: PLAN, proofs: PROOFS, by: { workflow: 'semester/s', run: 'r' } }],
    }),
  );
  const parked = await run.until('parked', ({ waitingFor }) =>
    waitingFor.some(({ key }) => key.startsWith('attention:')),
  );
  expect(parked.steps).toMatchObject([
    {
      step: 'deferred-wipe-docker',
      state: 'attention',
      reason: expect.stringMatching(/^NoGrant: drainHost on asahi/) as string,
    },
  ]);
  // `done` of an approver's name replaces no grant either.
  await run.handle.signal('done', { step: 'deferred-wipe-docker', by: 'alice', reason: 'I say so' });
  await run.until('parked again', ({ steps }) =>
    steps.some(({ state, round }) => state === 'attention' && round === 2),
  );
  expect(run.world.sessions.get('asahi')).toEqual(new Set(['erin']));
  expect(run.world.closed.size).toBe(0);
  expect(run.world.log.filter(({ what }) => /drain|wipe/.test(what))).toEqual([]);
});

test('a workflow of somebody with the payload key removes no member and deletes no home', async () => {
  const attacking = 'attack';
  const worker = await Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue: attacking,
    workflowsPath: path.join(import.meta.dirname, 'attack.ts'),
  });
  await using run = await startIn(env, guard, (taskQueue) =>
    env.client.workflow.start('attack', {
      // It may take the name of a semester.
      workflowId: 'semester/2027-spring',
      taskQueue: attacking,
      args: [taskQueue, PLAN, PROOFS],
    }),
  );
  const failed = (await worker.runUntil(run.handle.result())) as readonly string[];
  expect(failed).toEqual(
    [/^passGate: .*no activity has made the plan/, /^removeMembers: .*no approval of gate removal/]
      .map((one) => expect.stringMatching(one) as string)
      .concat(
        ['drainHost', 'wipeHomes', 'wipeDocker'].map(
          (name) => expect.stringContaining(`${name}: ApplicationFailure: ${name}`) as string,
        ),
      ),
  );
  expect(run.world.members).toContain('erin');
  expect(run.world.homes).toContain('erin');
  expect(run.world.log).toEqual([]);
});
