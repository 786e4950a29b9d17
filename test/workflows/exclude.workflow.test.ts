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

test('a deferred wipe ends with the reopening: nothing is deleted by a plan of the semester before', async () => {
  await using run = await startRun(env, endsAtOnce, {}, (world) => {
    world.broken.set('wipeDocker', 'the host is down');
  });
  await run.approveAll(['notice', 'removal']);
  await waitsAt(run, 'wipe');
  await run.approveAll(['wipe']);
  for (const host of run.world.hosts) {
    await run.until(host, (s) => s.waitingFor.some(({ key }) => key === `attention:wipe-docker-${host}`));
    await run.handle.signal('skip', { step: `wipe-docker-${host}`, by: 'bob', reason: 'it is down' });
  }
  const tasks = () => ask<readonly string[]>(env, hostWorkflowId('cojito'), 'deferredTasks').catch(() => []);
  await expect.poll(tasks).toEqual(['wipe-docker']);
  await run.approveAll();
  await run.handle.result();
  await settled('cojito');
  const { steps } = await run.status();
  expect(steps.find(({ step }) => step === 'end-deferred-wipes')?.proof?.summary).toBe(
    'Docker data was not wiped on asahi, bernini, cojito: it stays until the next wipe, whose plan lists it',
  );
  run.world.broken.clear();
  expect(did(run)).not.toContain('wipe docker cojito');
  expect(run.world.closed.size).toBe(0);
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
