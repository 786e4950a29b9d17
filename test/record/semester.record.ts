import { applicationsWorkflowId, hostWorkflowId } from '../../domain/names.ts';
import { APPLICATIONS, endsAtOnce, startRun } from '../support/run.ts';
import type { World } from '../support/world-state.ts';
import {
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
const gone = ({ sessions, members }: World) => {
  sessions.clear();
  members.clear();
};

scenario('semester: waiting, parked, rejected, paused, deferred, ended', async (env) => {
  await using run = await startRun(env, endsAtOnce, {}, (world) => {
    world.replica = 'pinga';
    world.broken.set('takeBackup', 'no space left');
    world.broken.set('wipeDocker', 'the host is down');
  });
  const { handle, world } = run;
  const say = (signal: string, step: string) => handle.signal(signal, { step, by: 'bob', reason: 'mended' });
  await waitsFor(env, run, 'gate:notice');
  await handle.signal('keep', { user: 'grace', by: 'bob', reason: 'thesis' });
  await run.approveAll(['notice', 'removal']);
  await waitsFor(env, run, 'attention:backup');
  await record(env, handle, 'semester', 'parked');
  world.broken.delete('takeBackup');
  await say('retry', 'backup');
  await waitsFor(env, run, 'gate:wipe');
  await run.decide('bob', 'wipe');
  await record(env, handle, 'semester', 'waiting');
  await run.decide('carol', 'wipe', { verdict: 'reject', comment: 'not yet' });
  await waitsFor(env, run, 'attention:wipe');
  await record(env, handle, 'semester', 'rejected');
  await say('retry', 'wipe');
  await pauseAtGate(env, run, 'semester', 'wipe');
  for (const host of world.hosts) {
    await waitsFor(env, run, `attention:wipe-docker-${host}`);
    await say('skip', `wipe-docker-${host}`);
  }
  await waitsFor(env, run, 'gate:prune');
  await waits(env, hostWorkflowId(HOST), 'attention:deferred-wipe-docker');
  await record(env, handle, 'semester', 'deferred');
  await record(env, hostWorkflowId(HOST), 'host', 'deferred');
  await run.approveAll();
  await handle.result();
  await record(env, handle, 'semester', 'ended');
});

scenario('semester: reminded', async (env) => {
  await using run = await startRun(env, {}, {}, (world) => {
    world.broken.set('takeBackup', 'no space left');
  });
  await run.approveAll(['notice', 'removal']);
  await waitsFor(env, run, 'attention:backup');
  remindsSoon(run.world);
  run.world.broken.delete('takeBackup');
  await run.handle.signal('retry', { step: 'backup', by: 'bob', reason: 'mended' });
  // The gate reads the site, so it is the first to remind soon.
  await waitsFor(env, run, 'gate:wipe');
  await run.handle.signal('bounce', { user: 'erin', by: 'bob', reason: 'the mail came back' });
  await remindedTwice(run);
  await record(env, run.handle, 'semester', 'reminded');
});

scenario('semester: updates first, from the drain of the leader to the end', async (env) => {
  const updatesFirst = (day: (ahead: number) => string) => ({ ...endsAtOnce(day), order: 'update-first' }) as const;
  await using run = await startRun(env, updatesFirst);
  await run.approveAll(['notice', 'removal']);
  await waitsFor(env, run, 'gate:rollout');
  await record(env, run.handle, 'semester', 'waiting', 'update-first');
  await run.approveAll();
  await run.handle.result();
  await record(env, run.handle, 'semester', 'ended', 'update-first');
});

scenario('semester: the deadline moves before the notices; the form is made by hand', async (env) => {
  const byHand = (day: (ahead: number) => string) => {
    const { formUrl: _, ...semester } = { formUrl: '', ...endsAtOnce(day) };
    return semester;
  };
  await using run = await startRun(env, byHand, { from: 'reopen' }, gone);
  await waitsFor(env, run, 'gate:publish');
  await run.handle.signal('reschedule', {
    periodUntil: run.semester.period.until,
    by: 'bob',
    reason: 'the same again',
  });
  await until(async () => (await run.status()).accepted.length === 1);
  await record(env, run.handle, 'semester', 'waiting', 'publish');
});

/** A semester that only accepts applicants. */
const serving = (env: Env, prepare: (world: World) => void = () => {}, until = 45) =>
  startRun(
    env,
    (day) => ({ applications: { ...APPLICATIONS, every: 'PT0.2S', until: day(until) } }),
    { from: 'reopen' },
    (world) => {
      gone(world);
      prepare(world);
    },
  );

scenario('applications: waiting, rejected, paused, parked, deferred', async (env) => {
  await using run = await serving(env, (world) => {
    world.reviewEveryMs = 500;
    world.excluded.add(HOST);
    world.broken.set('acceptApplicants', 'the ID server refuses');
  });
  await run.approveAll(['publish']);
  const id = applicationsWorkflowId(run.semester.name);
  const { world } = run;
  const applications = env.client.workflow.getHandle(id);
  world.review.add('heidi');
  await waits(env, id, 'gate:applications');
  await record(env, id, 'applications', 'waiting');
  await run.decide('bob', 'applications', { verdict: 'reject', comment: 'ask her first' });
  await waits(env, id, 'attention:applications');
  await record(env, id, 'applications', 'rejected');
  await applications.signal('retry', { step: 'applications', by: 'bob', reason: 'asked her' });
  await waits(env, id, 'gate:applications');
  await applications.signal('pause', { by: 'bob', reason: 'exams' });
  await run.decide('bob', 'applications');
  await waits(env, id, 'paused');
  await record(env, id, 'applications', 'paused');
  await applications.signal('resume', { by: 'bob', reason: 'exams are over' });
  await waits(env, id, 'attention:accept');
  await record(env, id, 'applications', 'parked');
  world.broken.set('grantDocker', 'down');
  world.broken.delete('acceptApplicants');
  world.due.push({ kind: 'grant-docker', user: 'heidi', uid: 1 });
  await applications.signal('retry', { step: 'accept', by: 'bob', reason: 'mended' });
  await until(async () => {
    const { steps } = await run.status(id);
    return steps.some(({ step, state }) => step === 'record-grants' && state === 'done');
  });
  await record(env, id, 'applications', 'deferred');
});

scenario('applications: reminded', async (env) => {
  await using run = await serving(env, (world) => {
    remindsSoon(world);
    world.broken.set('pollApplications', 'the survey lacks a column');
  });
  await run.approveAll(['publish']);
  const id = applicationsWorkflowId(run.semester.name);
  await waits(env, id, 'attention:look-for-applications');
  run.world.mails.splice(0);
  await remindedTwice(run);
  await record(env, id, 'applications', 'reminded');
});

scenario('applications: continued as new, ended', async (env) => {
  await using run = await serving(env, (world) => {
    world.page = 1;
  });
  await run.approveAll(['publish']);
  const id = applicationsWorkflowId(run.semester.name);
  const applications = env.client.workflow.getHandle(id);
  const runOf = async () => (await applications.describe()).runId;
  await run.until('open', (s) => s.children.includes(id));
  const first = await runOf();
  await applications.signal('keep', { user: 'kept', by: 'bob', reason: 'thesis' });
  for (let n = 0; n < 60; n++) run.world.due.push({ kind: 'mail-accepted', user: `user${n}`, uid: n });
  await until(async () => (await runOf()) !== first && run.world.due.length === 0);
  await record(env, id, 'applications', 'continued-as-new');
  await record(env, env.client.workflow.getHandle(id, first), 'applications', 'continued-as-new', 'before');
  await applications.signal('stopAccepting', { tell: run.handle.workflowId });
  await applications.result();
  await record(env, id, 'applications', 'ended');
  await run.handle.result();
  await record(env, run.handle, 'semester', 'ended', 'from-reopen');
});
