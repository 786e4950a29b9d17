import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { excludeWorkflowId, hostWorkflowId } from '../../domain/names.ts';
import type { Status } from '../../domain/status.ts';
import type { exclude, include } from '../../workflows/exclude.ts';
import { endsAtOnce, startRun, type Run } from '../support/run.ts';
import { ask, realTime } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const args = [{ site: 'lab', host: 'cojito', reason: 'mainboard', startedBy: 'alice' }] as const;
const waitsAt = (run: Run, gate: string) =>
  run.until(`gate ${gate}`, (s) => s.waitingFor.some(({ key }) => key === `gate:${gate}`));
const did = ({ world }: Run) => world.log.map(({ what }) => what);

async function excludeCojito({ taskQueue }: Run): Promise<void> {
  const workflowId = excludeWorkflowId('exclude', 'cojito');
  const handle = await env.client.workflow.start<typeof exclude>('exclude', { workflowId, taskQueue, args: [...args] });
  const open = async () => (await ask<Status>(env, workflowId, 'status')).gates.find(({ state }) => state === 'open');
  await expect.poll(open).toBeDefined();
  const { round, plan } = (await open())!;
  const decision = { verdict: 'approve', gate: 'exclude', round, digest: plan?.digest, by: 'bob' };
  await handle.executeUpdate('decide', { args: [decision] });
  expect(await handle.result()).toMatchObject({ outcome: 'excluded' });
}

/** Resolves when a host is owed nothing any more. */
async function settled(host: string): Promise<void> {
  await expect.poll(() => ask<readonly string[]>(env, hostWorkflowId(host), 'deferredTasks')).toEqual([]);
}

test('an excluded host delays no step; its deferred wipe runs before it gets the homes again', async () => {
  await using run = await startRun(env, endsAtOnce);
  await run.approveAll(['notice', 'removal']);
  await waitsAt(run, 'wipe');
  await excludeCojito(run);
  await run.approveAll();
  const { excluded } = await run.status();
  expect(excluded).toEqual(['cojito']);
  expect(did(run)).toContain('reboot bernini');
  expect(did(run)).not.toContain('reboot cojito');

  const back = await env.client.workflow.execute<typeof include>('include', {
    workflowId: excludeWorkflowId('include', 'cojito'),
    taskQueue: run.taskQueue,
    args: [...args],
  });
  expect(back.outcome).toBe('included');
  await settled('cojito');
  const order = ['exclude cojito', 'wipe homes', 'wipe docker cojito', 'include cojito'].map((what) =>
    did(run).indexOf(what),
  );
  expect(order.every((place, at) => place >= 0 && (at === 0 || place > order[at - 1]!))).toBe(true);
  expect(did(run)).toContain('reboot cojito');
  expect((await run.handle.result()).outcome).toBe('finished');
});

/** A semester whose wipes of Docker data are all deferred. */
async function owingWipes(): Promise<Run> {
  const run = await startRun(env, endsAtOnce, {}, (world) => {
    world.broken.set('wipeDocker', 'the host is down');
  });
  await run.approveAll(['notice', 'removal']);
  await waitsAt(run, 'wipe');
  await run.approveAll(['wipe']);
  for (const host of run.world.hosts) {
    await run.until(host, (s) => s.waitingFor.some(({ key }) => key === `attention:wipe-docker-${host}`));
    await run.handle.signal('skip', { step: `wipe-docker-${host}`, by: 'bob', reason: 'it is down' });
  }
  await expect.poll(() => owed('cojito')).toEqual(['wipe-docker']);
  return run;
}
const owed = (host: string) => ask<readonly string[]>(env, hostWorkflowId(host), 'deferredTasks').catch(() => []);
const endOfWipes = async (run: Run) => (await run.status()).steps.find(({ step }) => step === 'end-deferred-wipes');

test('a deferred wipe ends with the reopening: nothing is deleted by a plan of the semester before', async () => {
  await using run = await owingWipes();
  await run.approveAll();
  await run.handle.result();
  await settled('cojito');
  expect((await endOfWipes(run))?.proof?.summary).toMatch(/asahi: .*; cojito: the wipe was stopped; Docker data that /);
  run.world.broken.clear();
  expect(did(run)).not.toContain('wipe docker cojito');
  expect(run.world.closed.size).toBe(0);
});

test('a deferred wipe that runs at the reopening is stopped on its host before logins open', async () => {
  await using run = await owingWipes();
  const attention = (s: Status) => s.waitingFor.some(({ key }) => key === 'attention:deferred-wipe-docker');
  // Each host must have begun: a task that has not begun ends without a question, and the retry below would be refused.
  for (const name of run.world.hosts)
    await expect.poll(async () => attention(await run.status(hostWorkflowId(name)))).toBe(true);
  run.world.broken.clear();
  run.world.held.set('wipeDocker', new Promise(() => undefined));
  const host = env.client.workflow.getHandle(hostWorkflowId('cojito'));
  await host.signal('retry', { step: 'deferred-wipe-docker', by: 'bob', reason: 'it is on again' });
  await expect.poll(async () => attention(await run.status(hostWorkflowId('cojito')))).toBe(false);
  run.world.broken.set('endWipe', 'the wipe still runs');
  await run.approveAll(['prune', 'rollout', 'publish']);
  const ending = (s: Status) => s.waitingFor.some(({ key }) => key === 'attention:end-wipe-docker');
  for (const name of run.world.hosts)
    await expect.poll(async () => ending(await run.status(hostWorkflowId(name)))).toBe(true);
  expect(did(run)).not.toContain('open logins cojito');
  run.world.broken.clear();
  for (const name of run.world.hosts)
    await env.client.workflow
      .getHandle(hostWorkflowId(name))
      .signal('retry', { step: 'end-wipe-docker', by: 'bob', reason: 'again' });
  await run.approveAll();
  await run.handle.result();
  await settled('cojito');
  const stopped = did(run).indexOf('end wipe cojito of host/cojito/wipe-docker');
  expect(stopped).toBeGreaterThan(0);
  expect(did(run).indexOf('open logins cojito')).toBeGreaterThan(stopped);
  expect(did(run)).not.toContain('wipe docker cojito');
});

test('the end of a deferred wipe stops its own jobs, and not those of a task that began meanwhile', async () => {
  await using run = await owingWipes();
  const host = env.client.workflow.getHandle(hostWorkflowId('cojito'));
  const parked = async () => (await run.status(host.workflowId)).waitingFor.map(({ key }) => key);
  await expect.poll(parked).toContain('attention:deferred-wipe-docker');
  run.world.broken.set('endWipe', 'the wipe still runs');
  await host.signal('endDeferred', { kind: 'wipe-docker' });
  await expect.poll(parked).toContain('attention:end-wipe-docker');
  run.world.held.set('grantDocker', new Promise(() => undefined));
  await host.signal('deferTask', { kind: 'docker', users: ['erin'] });
  const begun = () => run.world.jobs.filter((job) => job.host === 'cojito').map(({ what }) => what);
  await expect.poll(begun).toContain('grantDocker');
  run.world.broken.clear();
  await host.signal('retry', { step: 'end-wipe-docker', by: 'bob', reason: 'again' });
  await expect.poll(() => owed('cojito')).toEqual(['docker']);
  expect(did(run).filter((what) => what.startsWith('stop '))).toEqual([
    'stop drainHost cojito',
    'stop wipeDocker cojito',
  ]);
});

test('a drain ends an opening that is still owed: it would open logins that the drain closes', async () => {
  const host = hostWorkflowId('cojito');
  await using run = await startRun(env, endsAtOnce, {}, (world) => {
    world.broken.set('openLogins', 'the host is down');
  });
  await env.client.workflow.signalWithStart('host', {
    workflowId: host,
    taskQueue: run.taskQueue,
    args: [{ host: 'cojito', site: 'lab' }],
    signal: 'deferTask',
    signalArgs: [{ kind: 'open-logins' }],
  });
  await expect
    .poll(async () => (await run.status(host)).waitingFor.map(({ key }) => key))
    .toContain('attention:deferred-open-logins');
  await run.approveAll(['notice', 'removal']);
  await waitsAt(run, 'wipe');
  expect(await owed('cojito')).toEqual([]);
  run.world.broken.clear();
  expect(run.world.closed.has('cojito')).toBe(true);
});

test('logins are open again before the post goes out', async () => {
  await using run = await startRun(env, endsAtOnce);
  await run.approveAll();
  await run.handle.result();
  const opened = did(run).lastIndexOf('open logins cojito');
  expect(opened).toBeGreaterThan(did(run).indexOf('wipe homes'));
  expect(opened).toBeLessThan(did(run).indexOf('publish'));
  expect(run.world.closed.size).toBe(0);
});

test.each([
  ['before anything is wiped opens logins', ['notice', 'removal'], 'wipe', 0],
  ['after a wipe leaves them closed', ['notice', 'removal', 'wipe'], 'prune', 4],
] as const)('an abort %s', async (_what, approved, then, closed) => {
  await using run = await startRun(env);
  await run.approveAll([...approved]);
  await waitsAt(run, then);
  expect(run.world.closed.size).toBe(4);
  await run.handle.signal('abort', { by: 'bob', reason: 'exams' });
  expect(await run.handle.result()).toMatchObject({ outcome: 'aborted' });
  expect(run.world.closed.size).toBe(closed);
});

test('a grant for an account that a host has not learned is deferred to that host, and no other task waits behind it', async () => {
  await using run = await startRun(env, endsAtOnce, {}, (world) => {
    world.unknownOn.set('cojito', new Set(['nova']));
  });
  const { client } = env;
  const workflowId = `docker/${run.taskQueue}`;
  const input = { site: 'lab', users: ['nova', 'erin'], startedBy: 'alice' };
  await client.workflow.execute('docker', { workflowId, taskQueue: run.taskQueue, args: [input] });
  const grant = (await run.status(workflowId)).steps.find(({ step }) => step === 'docker-cojito');
  expect(grant?.proof?.summary).toMatch(/deferred until cojito knows them$/);
  await expect.poll(() => owed('cojito')).toEqual(['docker']);

  run.world.closed.set('cojito', 'a test');
  const host = client.workflow.getHandle(hostWorkflowId('cojito'));
  await host.signal('deferTask', { kind: 'docker', users: ['frank'] });
  await host.signal('deferTask', { kind: 'open-logins' });
  await expect.poll(() => did(run)).toContain('open logins cojito');
  await expect.poll(() => owed('cojito')).toEqual(['docker']);
  // One task for both: an account that never comes does not keep the other from its grant.
  await expect.poll(() => did(run)).toContain('docker cojito nova frank');

  run.world.unknownOn.clear();
  await host.signal('wake');
  await settled('cojito');
});
