import { hostWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { host } from '../../workflows/host.ts';
import type { hostUpdate } from '../../workflows/host-update.ts';
import type { prepareHosts } from '../../workflows/prepare-hosts.ts';
import type { site } from '../../workflows/site.ts';
import { startIn, startUpdate } from '../support/run.ts';
import type { World } from '../support/world-state.ts';
import {
  owes,
  pauseAtGate,
  record,
  remindedTwice,
  remindsSoon,
  scenario,
  until,
  waits,
  waitsFor,
  type Env,
} from './scenario.ts';

const HOST = 'cojito';
const IN_SEMESTER = { parent: 'semester/none' };

scenario('fleetUpdate: waiting, rejected, paused, parked, deferred, ended', async (env) => {
  await using run = await startUpdate(env, IN_SEMESTER, (world) => {
    world.rollout = { ...world.rollout, canary: false };
    world.sick.set(HOST, 'VerificationFailed');
  });
  const { handle } = run;
  await waitsFor(env, run, 'gate:rollout');
  await record(env, handle, 'fleetUpdate', 'waiting');
  await run.decide('bob', 'rollout', { verdict: 'reject', comment: 'not yet' });
  await waitsFor(env, run, 'attention:rollout');
  await record(env, handle, 'fleetUpdate', 'rejected');
  await handle.signal('retry', { step: 'rollout', by: 'bob', reason: 'now' });
  await pauseAtGate(env, run, 'fleetUpdate', 'rollout');
  await waitsFor(env, run, 'attention:roll-out');
  await record(env, handle, 'fleetUpdate', 'parked');
  await handle.signal('skip', { step: 'roll-out', by: 'bob', reason: 'it is down' });
  await handle.result();
  await waits(env, hostWorkflowId(HOST), 'attention:deferred-image');
  await record(env, handle, 'fleetUpdate', 'deferred');
  await record(env, hostWorkflowId(HOST), 'host', 'parked');
});

scenario('fleetUpdate: with a canary to the end; prepareHosts and hostUpdate: ended', async (env) => {
  await using run = await startUpdate(env, IN_SEMESTER);
  const id = run.handle.workflowId;
  await run.approveAll(['rollout']);
  await run.handle.result();
  await record(env, run.handle, 'fleetUpdate', 'ended');
  await record(env, `${id}/prepare.1`, 'prepareHosts', 'ended');
  await record(env, `${id}/${HOST}`, 'hostUpdate', 'ended');
});

scenario('fleetUpdate: reminded', async (env) => {
  await using run = await startUpdate(env, {}, remindsSoon);
  await waitsFor(env, run, 'gate:rollout');
  await remindedTwice(run);
  await record(env, run.handle, 'fleetUpdate', 'reminded');
});

scenario('fleetUpdate: waits for the announced day, between semesters', async (env) => {
  await using run = await startUpdate(env);
  await run.approveAll(['rollout']);
  await run.until('the announced day', (s) => s.next !== null);
  await record(env, run.handle, 'fleetUpdate', 'waiting', 'announced');
  await record(env, siteWorkflowId('lab'), 'site', 'waiting', 'held');
});

scenario('fleetUpdate: people update the leader', async (env) => {
  await using run = await startUpdate(env, IN_SEMESTER, (world) => {
    world.leaderBy = 'by-hand';
  });
  await waitsFor(env, run, 'gate:leader-work');
  await record(env, run.handle, 'fleetUpdate', 'waiting', 'by-hand');
});

const IMAGE: Proof<'image'> = {
  what: 'image',
  at: '2027-02-11T00:00:00.000Z',
  summary: 'image',
  facts: {
    name: '2027-02-11-gpu-update',
    path: '/i',
    snapshotUuid: 'u1',
    parent: 'base',
    bytes: 1,
    sha256: 's',
    changes: 3,
  },
  how: 'service',
};

const startHostUpdate = (env: Env, prepare: (world: World) => void) =>
  startIn(
    env,
    (world) => {
      world.window = undefined;
      prepare(world);
    },
    (taskQueue) => {
      const workflowId = `update/none/${HOST}`;
      const approvers = { names: ['alice', 'bob', 'carol'], remindEveryMs: 864e5, webhook: false };
      const who = { startedBy: 'alice', parent: 'update/none', name: workflowId };
      const what = { site: 'lab', host: HOST, leader: 'asahi', image: IMAGE, keep: [], prepared: false, byHand: false };
      return env.client.workflow.start<typeof hostUpdate>('hostUpdate', {
        workflowId,
        taskQueue,
        args: [{ ...what, ...who, approvers, waitForJobsMs: 12 * 36e5 }],
      });
    },
  );

scenario('hostUpdate: parked, paused, waiting for a GPU job, deferred', async (env) => {
  await using run = await startHostUpdate(env, (world) => {
    world.training.set(HOST, Infinity);
    world.broken.set('prepareRoot', 'its disk is full');
  });
  const { handle, world } = run;
  await waitsFor(env, run, `attention:prepare-${HOST}`);
  await record(env, handle, 'hostUpdate', 'parked');
  await handle.signal('pause', { by: 'bob', reason: 'exams' });
  await waitsFor(env, run, 'paused');
  world.broken.clear();
  await handle.signal('retry', { step: `prepare-${HOST}`, by: 'bob', reason: 'made room' });
  await record(env, handle, 'hostUpdate', 'paused');
  await handle.signal('resume', { by: 'bob', reason: 'exams are over' });
  await run.until('prepared', (s) => s.steps.some(({ state }) => state === 'done'));
  await until(async () => {
    const { pendingActivities } = (await handle.describe()).raw;
    return pendingActivities?.some(({ activityType }) => activityType?.name === 'awaitIdleGpus') === true;
  });
  await record(env, handle, 'hostUpdate', 'waiting');
});

scenario('hostUpdate: deferred', async (env) => {
  const broken = (world: World) => void world.broken.set('prepareRoot', 'its disk is full');
  await using run = await startHostUpdate(env, broken);
  await waitsFor(env, run, `attention:prepare-${HOST}`);
  await run.handle.signal('skip', { step: `prepare-${HOST}`, by: 'bob', reason: 'another day' });
  await run.handle.result();
  await record(env, run.handle, 'hostUpdate', 'deferred');
});

scenario('prepareHosts: waiting, paused', async (env) => {
  let release = () => {};
  const prepare = (world: World) => {
    world.held.set('receiveImage', new Promise((resolve) => (release = resolve)));
  };
  await using run = await startIn(env, prepare, (taskQueue) => {
    const name = 'update/none/prepare.1';
    const who = { startedBy: 'alice', approvers: ['alice', 'bob', 'carol'], parent: 'update/none', name };
    return env.client.workflow.start<typeof prepareHosts>('prepareHosts', {
      workflowId: name,
      taskQueue,
      args: [{ site: 'lab', leader: 'asahi', image: IMAGE, hosts: ['bernini', HOST], parallel: 1, ...who }],
    });
  });
  const { handle } = run;
  await until(async () => (await handle.describe()).raw.pendingActivities?.length === 1);
  await record(env, handle, 'prepareHosts', 'waiting');
  await handle.signal('pause', { by: 'bob', reason: 'exams' });
  await waitsFor(env, run, 'paused');
  release();
  await run.until('one is prepared', (s) => s.hosts?.counts.prepared === 1);
  await record(env, handle, 'prepareHosts', 'paused');
});

/** A lock that workflows of a test hold and want. */
const holder = (workflow: string) => ({ workflow, purpose: 'test' });

/** Messages that make a history long: a lock continues as new when the server suggests it. */
async function untilContinued(signal: () => Promise<void>, runId: () => Promise<string>): Promise<void> {
  const first = await runId();
  await until(async () => {
    await signal();
    return (await runId()) !== first;
  });
}

scenario('site: waiting, continued as new', async (env) => {
  await using run = await startIn(
    env,
    () => {},
    (taskQueue) =>
      env.client.workflow.start<typeof site>('site', {
        workflowId: siteWorkflowId('lab'),
        taskQueue,
        args: [{ site: 'lab' }],
      }),
  );
  const { handle } = run;
  // Each workflow of a lock is one that runs; these are locks themselves.
  for (const name of ['a', 'b'])
    await env.client.workflow.start<typeof site>('site', {
      workflowId: siteWorkflowId(name),
      taskQueue: run.taskQueue,
      args: [{ site: name }],
    });
  await handle.signal('request', holder('site/a'));
  await handle.signal('request', holder('site/b'));
  await until(async () => (await handle.describe()).raw.pendingActivities?.length === 1);
  await record(env, handle, 'site', 'waiting');
  await untilContinued(
    () => handle.signal('acceptsApplications', { workflow: 'applications/x' }),
    async () => (await env.client.workflow.getHandle(handle.workflowId).describe()).runId,
  );
  const again = env.client.workflow.getHandle(handle.workflowId);
  await again.signal('release', holder('site/a'));
  await until(async () => (await run.status()).waitingFor[0]?.sentence.includes('held by site/b') === true);
  await record(env, again, 'site', 'continued-as-new');
});

const startHost = (env: Env, prepare: (world: World) => void, deferred = true) =>
  startIn(env, prepare, (taskQueue) =>
    env.client.workflow.start<typeof host>('host', {
      workflowId: hostWorkflowId(HOST),
      taskQueue,
      args: [{ host: HOST, site: 'lab', ...(deferred && { deferred: [{ kind: 'open-logins' }] }) }],
    }),
  );

scenario('host: waiting', async (env) => {
  await using run = await startHost(env, () => {}, false);
  for (const name of ['a', 'b'])
    await env.client.workflow.start<typeof site>('site', {
      workflowId: siteWorkflowId(name),
      taskQueue: run.taskQueue,
      args: [{ site: name }],
    });
  await run.handle.signal('request', holder('site/a'));
  await run.handle.signal('request', holder('site/b'));
  await until(async () => (await run.handle.describe()).raw.pendingActivities?.length === 1);
  await record(env, run.handle, 'host', 'waiting');
});

scenario('host: reminded, paused', async (env) => {
  await using run = await startHost(env, (world) => {
    world.broken.set('openLogins', 'the host is down');
    remindsSoon(world);
  });
  const { handle } = run;
  await remindedTwice(run);
  await record(env, handle, 'host', 'reminded');
  await handle.signal('pause', { by: 'bob', reason: 'exams' });
  await waitsFor(env, run, 'paused');
  await handle.signal('retry', { step: 'deferred-open-logins', by: 'bob', reason: 'mended' });
  await record(env, handle, 'host', 'paused');
});

scenario('host: continued as new with a task that waits for its host', async (env) => {
  await using run = await startHost(env, (world) => world.excluded.add(HOST));
  const handle = env.client.workflow.getHandle(run.handle.workflowId);
  await untilContinued(
    () => handle.signal('wake'),
    async () => (await handle.describe()).runId,
  );
  await owes(env, handle.workflowId, 'open-logins');
  await record(env, handle, 'host', 'continued-as-new');
});
