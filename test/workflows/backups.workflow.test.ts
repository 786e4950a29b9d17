import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { restoreWorkflowId } from '../../domain/names.ts';
import type { RestoreDockerInput, RestoreInput } from '../../domain/restore.ts';
import type { Status } from '../../domain/status.ts';
import type { restore, restoreDocker } from '../../workflows/restore.ts';
import { startIn, startRun } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

describe('the replica', () => {
  test('comes after the backup and before the wipe asks; without one the semester parks and cannot skip it', async () => {
    await using run = await startRun(env, {}, {}, (world) => {
      world.replica = 'pinga';
      world.broken.set('replicateBackup', 'pinga: no space left');
    });
    await run.approveAll(['notice', 'removal']);
    const parked = await run.until('replica', (s) => s.waitingFor.some((w) => w.key === 'attention:replica'));
    expect(parked.gates.some((g) => g.gate === 'wipe')).toBe(false);
    await run.handle.signal('skip', { step: 'replica', by: 'bob', reason: 'no time' });
    expect((await run.status()).refused.at(-1)!.reason).toMatch(/cannot be skipped/);
    run.world.broken.delete('replicateBackup');
    await run.handle.signal('retry', { step: 'replica', by: 'bob', reason: 'made room' });
    const asked = await run.until('wipe', (s) => s.gates.some((g) => g.gate === 'wipe'));
    expect(asked.steps.find((s) => s.step === 'replica')).toMatchObject({ safety: true, proof: { what: 'replica' } });
    await run.approveAll(['wipe']);
    // The wipe took a last snapshot, which goes there too.
    await run.until('wiped', (s) => s.steps.some((one) => one.step === 'replica-last' && one.state === 'done'));
    const log = run.world.log.map(({ what }) => what);
    expect(log.lastIndexOf('replica')).toBeGreaterThan(log.indexOf('wipe homes'));
    expect(log.indexOf('backup')).toBeLessThan(log.indexOf('replica'));
    expect(log.indexOf('replica')).toBeLessThan(log.indexOf('wipe homes'));
    expect(run.world.handed.at(-1)?.replica?.facts.host).toBe('pinga');
  });

  test('and the backup are made anew where the wipe found them lacking', async () => {
    await using run = await startRun(env, {}, {}, (world) => {
      world.replica = 'pinga';
      world.broken.set('wipeHomes', 'the approved plan holds no more: the backup lacks erin/new');
    });
    await run.approveAll(['notice', 'removal', 'wipe']);
    await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:wipe-homes'));
    expect(run.world.homes.has('erin')).toBe(true);
    run.world.broken.delete('wipeHomes');
    await run.handle.signal('retry', { step: 'wipe-homes', by: 'bob', reason: 'it was my own test' });
    const again = await run.until('asked again', (s) => s.gates.some((g) => g.gate === 'wipe' && g.round === 2));
    expect(again.steps.find((s) => s.step === 'backup')).toMatchObject({ state: 'done', round: 2 });
    expect(run.world.log.map(({ what }) => what).filter((what) => what === 'replica').length).toBe(2);
    await run.approveAll(['wipe']);
    await run.until('wiped', (s) => s.steps.some((one) => one.step === 'wipe-homes' && one.state === 'done'));
  });

  test('an abort stops its jobs on both machines', async () => {
    await using run = await startRun(env, {}, {}, (world) => {
      world.replica = 'pinga';
      world.broken.set('replicateBackup', 'stuck');
    });
    await run.approveAll(['notice', 'removal']);
    await run.until('replica', (s) => s.waitingFor.some((w) => w.key === 'attention:replica'));
    await run.handle.signal('abort', { by: 'bob', reason: 'another day' });
    expect((await run.handle.result()).outcome).toBe('aborted');
    const log = run.world.log.map(({ what }) => what);
    expect(log).toEqual(expect.arrayContaining(['tidy oloroso', 'tidy pinga', 'tidy asahi']));
  });
});

describe('restore', () => {
  const startRestore = (prepare: (world: World) => void = () => {}) =>
    startIn(env, prepare, (taskQueue) => {
      const name = `2027-03-02-${randomUUID().slice(0, 4)}`;
      const input: RestoreInput = { site: 'lab', name, startedBy: 'alice', user: 'erin', from: null, to: null };
      const workflowId = restoreWorkflowId(name);
      return env.client.workflow.start<typeof restore>('restore', { workflowId, taskQueue, args: [input] });
    });
  const asked = (s: Status) => s.waitingFor.some((w) => w.key === 'gate:restore');

  test('asks, brings back what was approved, and tells the owner', async () => {
    await using run = await startRestore();
    const status = await run.until('restore', asked);
    expect(status).toMatchObject({ kind: 'restore' });
    expect(status.waitingFor[0]!.commands).toContain(`semester approve ${run.handle.workflowId} restore --by YOU`);
    expect(run.world.log).toEqual([]);
    await run.decide('bob', 'restore');
    const result = await run.handle.result();
    expect(result).toMatchObject({ outcome: 'restored', proofs: [{ what: 'restored' }, { what: 'restored-mails' }] });
    expect(run.world.log.map(({ what }) => what)).toEqual(['restore', 'mail restored']);
  });

  test('parks where it cannot go on, and an abort leaves everything as it was', async () => {
    await using run = await startRestore((world) => world.broken.set('planRestore', 'no backup has the home of erin'));
    const status = await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:plan-restore'));
    expect(status.steps.find((s) => s.step === 'plan-restore')?.reason).toMatch(/no backup has the home/);
    await run.handle.signal('abort', { by: 'bob', reason: 'a mistake' });
    expect(await run.handle.result()).toMatchObject({ outcome: 'aborted' });
    expect(run.world.log.map(({ what }) => what)).toEqual(['tidy oloroso']);
  });

  test('moves Docker data back from the trash after its own gate', async () => {
    const name = `2027-03-02-${randomUUID().slice(0, 4)}`;
    const workflowId = restoreWorkflowId(name);
    const input: RestoreDockerInput = { site: 'lab', name, startedBy: 'alice', user: 'erin' };
    await using run = await startIn(
      env,
      () => {},
      (taskQueue) =>
        env.client.workflow.start<typeof restoreDocker>('restoreDocker', { workflowId, taskQueue, args: [input] }),
    );
    await run.until('restore-docker', (s) => s.waitingFor.some((w) => w.key === 'gate:restore-docker'));
    expect(run.world.log).toEqual([]);
    await run.decide('bob', 'restore-docker');
    expect(await run.handle.result()).toMatchObject({
      outcome: 'restored',
      proofs: [{ what: 'docker-restored' }, { what: 'restored-mails' }],
    });
    expect(run.world.log.map(({ what }) => what)).toEqual(['restore docker', 'mail restored docker']);
  });
});
