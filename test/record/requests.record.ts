import { randomUUID } from 'node:crypto';
import {
  dockerWorkflowId,
  excludeWorkflowId,
  hostWorkflowId,
  publishWorkflowId,
  restoreWorkflowId,
  rollbackWorkflowId,
} from '../../domain/names.ts';
import type { docker } from '../../workflows/docker.ts';
import type { exclude, include } from '../../workflows/exclude.ts';
import type { inspect } from '../../workflows/inspect.ts';
import type { publish } from '../../workflows/publish.ts';
import type { restore, restoreDocker } from '../../workflows/restore.ts';
import type { rollback } from '../../workflows/rollback.ts';
import { startIn } from '../support/run.ts';
import type { World } from '../support/world-state.ts';
import {
  never,
  owes,
  record,
  remindedTwice,
  remindsSoon,
  scenario,
  scenariosOfGate,
  until,
  waits,
  waitsFor,
  type Env,
} from './scenario.ts';

const newName = () => `r-${randomUUID().slice(0, 8)}`;
const HOST = 'cojito';

scenariosOfGate('exclude', (env) => ({
  type: 'exclude',
  gate: 'exclude',
  act: 'excludeHost',
  step: `exclude-${HOST}`,
  start: (prepare) =>
    startIn(env, prepare, (taskQueue) =>
      env.client.workflow.start<typeof exclude>('exclude', {
        workflowId: excludeWorkflowId('exclude', HOST),
        taskQueue,
        args: [{ site: 'lab', host: HOST, reason: 'mainboard', startedBy: 'alice' }],
      }),
    ),
}));

scenariosOfGate('publish', (env) => ({
  type: 'publish',
  gate: 'publish',
  act: 'awaitPage',
  step: 'page',
  start: (prepare) =>
    startIn(env, prepare, (taskQueue) => {
      const name = newName();
      return env.client.workflow.start<typeof publish>('publish', {
        workflowId: publishWorkflowId(name),
        taskQueue,
        args: [{ site: 'lab', name, startedBy: 'alice', semester: null }],
      });
    }),
}));

scenariosOfGate('restore', (env) => ({
  type: 'restore',
  gate: 'restore',
  act: 'restoreHomes',
  step: 'restore-homes',
  start: (prepare) =>
    startIn(env, prepare, (taskQueue) => {
      const name = newName();
      return env.client.workflow.start<typeof restore>('restore', {
        workflowId: restoreWorkflowId(name),
        taskQueue,
        args: [{ site: 'lab', name, startedBy: 'alice', user: 'erin', from: null, to: null }],
      });
    }),
}));

scenariosOfGate('restoreDocker', (env) => ({
  type: 'restoreDocker',
  gate: 'restore-docker',
  act: 'restoreDocker',
  step: 'restore-docker',
  start: (prepare) =>
    startIn(env, prepare, (taskQueue) => {
      const name = newName();
      return env.client.workflow.start<typeof restoreDocker>('restoreDocker', {
        workflowId: restoreWorkflowId(name),
        taskQueue,
        args: [{ site: 'lab', name, startedBy: 'alice', user: 'erin' }],
      });
    }),
}));

scenariosOfGate('rollback', (env) => ({
  type: 'rollback',
  gate: 'rollback',
  act: 'rollBack',
  step: 'roll-back-bernini',
  start: (prepare) =>
    startIn(
      env,
      (world) => {
        for (const host of ['bernini', HOST]) world.running.set(host, '2027-02-11-gpu-update');
        prepare(world);
      },
      (taskQueue) => {
        const name = newName();
        return env.client.workflow.start<typeof rollback>('rollback', {
          workflowId: rollbackWorkflowId(name),
          taskQueue,
          args: [{ site: 'lab', name, startedBy: 'alice', hosts: null, reason: 'GPUs are lost' }],
        });
      },
    ),
}));

const startInclude = (env: Env, prepare: (world: World) => void) =>
  startIn(
    env,
    (world) => {
      world.excluded.add(HOST);
      prepare(world);
    },
    (taskQueue) =>
      env.client.workflow.start<typeof include>('include', {
        workflowId: excludeWorkflowId('include', HOST),
        taskQueue,
        args: [{ site: 'lab', host: HOST, reason: 'mended', startedBy: 'alice' }],
      }),
  );

scenario('include: waiting, parked, paused, deferred, ended', async (env) => {
  let release = () => {};
  await using run = await startInclude(env, (world) => {
    world.held.set('drainHost', new Promise((resolve) => (release = resolve)));
    world.broken.set('drainHost', 'sshd is gone');
  });
  const { handle, world } = run;
  await run.until('the drain', (s) => s.steps.some(({ step }) => step === `drain-${HOST}`));
  await record(env, handle, 'include', 'waiting');
  release();
  await waitsFor(env, run, `attention:drain-${HOST}`);
  await record(env, handle, 'include', 'parked');
  await handle.signal('pause', { by: 'bob', reason: 'exams' });
  world.broken.clear();
  await handle.signal('retry', { step: `drain-${HOST}`, by: 'bob', reason: 'started it' });
  await waitsFor(env, run, 'paused');
  await record(env, handle, 'include', 'paused');
  // No semester keeps its logins closed: it opens them by a deferred task.
  world.broken.set('openLogins', 'the host is down again');
  world.held.clear();
  await handle.signal('resume', { by: 'bob', reason: 'exams are over' });
  await handle.result();
  await waits(env, hostWorkflowId(HOST), 'attention:deferred-open-logins');
  await record(env, handle, 'include', 'deferred');
  await record(env, handle, 'include', 'ended');
});

scenario('include: reminded', async (env) => {
  await using run = await startInclude(env, (world) => {
    world.broken.set('drainHost', 'sshd is gone');
    remindsSoon(world);
  });
  await remindedTwice(run);
  await record(env, run.handle, 'include', 'reminded');
});

const startDocker = (env: Env, prepare: (world: World) => void) =>
  startIn(env, prepare, (taskQueue) =>
    env.client.workflow.start<typeof docker>('docker', {
      workflowId: dockerWorkflowId(newName()),
      taskQueue,
      args: [{ site: 'lab', users: ['erin'], startedBy: 'alice' }],
    }),
  );

scenario('docker: parked, paused, waiting, deferred, ended', async (env) => {
  let release = () => {};
  await using run = await startDocker(env, (world) => {
    world.broken.set('agreeDockerRanges', 'two accounts share a range');
    world.held.set('grantDocker', new Promise((resolve) => (release = resolve)));
    world.excluded.add(HOST);
  });
  const { handle, world } = run;
  await waitsFor(env, run, 'attention:docker-ranges');
  await record(env, handle, 'docker', 'parked');
  await handle.signal('pause', { by: 'bob', reason: 'exams' });
  await waitsFor(env, run, 'paused');
  world.broken.clear();
  await handle.signal('retry', { step: 'docker-ranges', by: 'bob', reason: 'mended' });
  await record(env, handle, 'docker', 'paused');
  await handle.signal('resume', { by: 'bob', reason: 'exams are over' });
  await run.until('the grants', (s) => s.steps.some(({ step }) => step === 'docker-bernini'));
  await record(env, handle, 'docker', 'waiting');
  world.broken.set('grantDocker', 'down');
  release();
  await handle.result();
  await owes(env, hostWorkflowId('bernini'), 'docker');
  await record(env, handle, 'docker', 'deferred');
  await record(env, handle, 'docker', 'ended');
});

scenario('docker: reminded', async (env) => {
  await using run = await startDocker(env, (world) => {
    world.broken.set('agreeDockerRanges', 'two accounts share a range');
    remindsSoon(world);
  });
  await remindedTwice(run);
  await record(env, run.handle, 'docker', 'reminded');
});

scenario('inspect: waiting, ended', async (env) => {
  const start = (prepare: (world: World) => void) =>
    startIn(env, prepare, (taskQueue) =>
      env.client.workflow.start<typeof inspect>('inspect', {
        workflowId: `inspect/site/${randomUUID()}`,
        taskQueue,
        args: [{ kind: 'site', site: 'lab' }],
      }),
    );
  await using asks = await start((world) => world.held.set('readSite', never));
  await until(async () => (await asks.handle.describe()).raw.pendingActivities?.length === 1);
  await record(env, asks.handle, 'inspect', 'waiting');
  await using answered = await start(() => {});
  await answered.handle.result();
  await record(env, answered.handle, 'inspect', 'ended');
});
