import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostWorkflowId } from '../../domain/names.ts';
import type { Status } from '../../domain/status.ts';
import { startUpdate, type Driven } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';
import type { fleetUpdate } from '../../workflows/fleet-update.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

type Run = Driven<typeof fleetUpdate>;

/** Inside a semester: its parent is informed, and no session is on the hosts. */
const inSemester = (prepare: (world: World) => void, input: Parameters<typeof startUpdate>[1] = {}) =>
  startUpdate(env, { parent: 'semester/none', ...input }, prepare);

const FLEET = ['asahi', 'bernini', 'cojito', 'derby', 'eggnog', 'faust'];
const done = (run: Run, what: string) =>
  run.world.log.filter((l) => l.what.startsWith(`${what} `)).map((l) => l.what.slice(what.length + 1));
const at = (run: Run, what: string) => run.world.log.findIndex((l) => l.what === what);
const parked = (run: Run, step: string) =>
  run.until(step, (s) => s.waitingFor.some((w) => w.key === `attention:${step}`));
const stepOf = (status: Status, step: string) => status.steps.find((s) => s.step === step);
const rowsOf = (status: Status) => Object.fromEntries(status.hosts!.rows.map(({ host, state }) => [host, state]));
const say = (run: Run, word: string, step: string, more: object = {}) =>
  run.handle.signal(word, { step, by: 'bob', reason: 'looked at it', ...more });

describe('the way of an image', () => {
  test('all hosts receive while people work, the canary boots before the gate and is its first fact, waves follow', async () => {
    await using run = await inSemester((world) => {
      world.hosts = FLEET;
      world.rollout = { canary: 'derby', waves: [1, '80%', '100%'], failureBudget: 1, parallel: 2 };
    });
    const asked = await run.until('rollout', (s) => s.waitingFor.some((w) => w.key === 'gate:rollout'));
    expect(done(run, 'prepare').toSorted()).toEqual(FLEET.slice(1));
    expect(done(run, 'reboot')).toEqual(['derby']);
    expect(at(run, 'prepare faust')).toBeLessThan(at(run, 'drain derby'));
    expect(stepOf(asked, 'canary')?.proof?.facts).toEqual({ host: 'derby', healthy: true });
    expect(rowsOf(asked)).toEqual({
      derby: 'updated',
      bernini: 'prepared',
      cojito: 'prepared',
      eggnog: 'prepared',
      faust: 'prepared',
    });
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ outcome: 'updated', updated: 5, deferred: 0 });
    const reboots = done(run, 'reboot');
    expect(reboots.slice(0, 2)).toEqual(['derby', 'bernini']);
    // 80 % of five are four: two more, and then the last.
    expect(reboots.slice(2, 4).toSorted()).toEqual(['cojito', 'eggnog']);
    expect(reboots.slice(4)).toEqual(['faust']);
    // Received and prepared images are not inspected again.
    expect(done(run, 'receive')).toHaveLength(5);
    expect(done(run, 'prune')).toEqual(['images on asahi']);
  });

  test('without a change no gate opens and no host reboots', async () => {
    await using run = await inSemester((world) => {
      world.changes = 0;
    });
    expect(await run.handle.result()).toMatchObject({ outcome: 'nothing-new' });
    expect((await run.status()).gates).toMatchObject([{ gate: 'rollout', state: 'empty' }]);
    expect([done(run, 'receive'), done(run, 'reboot')]).toEqual([[], []]);
  });

  test('a follower that lacks the parent gets a full image, built once, with the leader locked', async () => {
    await using run = await inSemester((world) => {
      world.orphans.add('bernini').add('cojito');
    });
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ updated: 2 });
    expect(done(run, 'full')).toEqual(['image on asahi']);
    expect(done(run, 'receive').toSorted()).toEqual(['bernini', 'cojito']);
  });

  test('a follower that is down during receive delays no host, and is retried in its turn', async () => {
    await using run = await inSemester((world) => {
      world.rollout = { ...world.rollout, canary: false };
      world.broken.set('prepareRoot', 'its disk is full');
    });
    const asked = await run.until('rollout', (s) => s.waitingFor.some((w) => w.key === 'gate:rollout'));
    expect(rowsOf(asked)).toEqual({ bernini: 'not-prepared', cojito: 'not-prepared' });
    expect(done(run, 'reboot')).toEqual([]);
    run.world.broken.delete('prepareRoot');
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ updated: 2 });
  });
});

describe('hosts that fail', () => {
  test('a canary that reverted is the first warning of the gate; a retry after a rejection builds another image', async () => {
    await using run = await inSemester((world) => {
      world.sick.set('bernini', 'RolledBack');
    });
    const asked = await run.until('rollout', (s) => s.waitingFor.some((w) => w.key === 'gate:rollout'));
    expect(asked.gates[0]!.plan!.warnings[0]).toMatch(/bernini went back to its old root/);
    expect(rowsOf(asked)).toEqual({ bernini: 'rolled-back', cojito: 'prepared' });
    await run.decide('bob', 'rollout', { verdict: 'reject', comment: 'sshd' });
    await parked(run, 'rollout');
    run.world.sick.clear();
    await say(run, 'retry', 'rollout');
    const again = await run.until('round 2', (s) => s.gates.some((g) => g.gate === 'rollout' && g.round === 2));
    expect(again.gates[0]!.plan!.warnings).toEqual([]);
    expect(again.hosts!.image).toBe('2027-02-11-gpu-update-2');
    expect(done(run, 'update')).toEqual(['asahi', 'asahi']);
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ updated: 2 });
    expect(run.world.running.get('cojito')).toBe('2027-02-11-gpu-update-2');
  });

  test('at the failure budget the rest is untouched and a table of hosts is shown; retry begins with the failed hosts', async () => {
    await using run = await inSemester((world) => {
      world.hosts = FLEET;
      world.sick.set('cojito', 'RolledBack').set('derby', 'VerificationFailed');
      world.rollout = { waves: [2, '100%'], failureBudget: 2, parallel: 6 };
    });
    await run.approveAll(['rollout']);
    const status = await parked(run, 'roll-out');
    expect(done(run, 'reboot').toSorted()).toEqual(['bernini', 'cojito', 'derby']);
    expect(rowsOf(status)).toEqual({
      bernini: 'updated',
      cojito: 'rolled-back',
      derby: 'failed',
      eggnog: 'prepared',
      faust: 'prepared',
    });
    expect(status.hosts!.counts).toEqual({ updated: 1, 'rolled-back': 1, failed: 1, prepared: 2 });
    const lines = stepOf(status, 'roll-out')!.reason!.split('\n');
    expect(lines[0]).toBe('RolloutStopped: 2 of 5 hosts failed, so the other hosts stay untouched.');
    expect(lines[1]).toMatch(/^cojito: rolled-back, RolledBack: cojito went back to its old root/);
    expect(lines.slice(3)).toEqual(['prepared (2): eggnog, faust', 'updated (1): bernini']);
    run.world.sick.clear();
    await say(run, 'retry', 'roll-out');
    expect(await run.handle.result()).toMatchObject({ outcome: 'updated', updated: 5, deferred: 0 });
    expect(done(run, 'reboot').slice(3, 5).toSorted()).toEqual(['cojito', 'derby']);
  });

  test('at the failure budget neither the rest of the wave nor a follower that waits for its host begins', async () => {
    await using run = await inSemester((world) => {
      world.hosts = FLEET;
      world.sick.set('bernini', 'RolledBack');
      world.rollout = { canary: false, waves: ['100%'], failureBudget: 1, parallel: 3 };
    });
    const elsewhere = { workflow: run.handle.workflowId, purpose: 'a restore' };
    const derby = await env.client.workflow.signalWithStart('host', {
      workflowId: hostWorkflowId('derby'),
      taskQueue: run.taskQueue,
      args: [
        {
          host: 'derby',
          site: 'lab',
        },
      ],
      signal: 'request',
      signalArgs: [elsewhere],
    });
    await run.approveAll(['rollout']);
    const status = await parked(run, 'roll-out');
    expect(done(run, 'drain')).not.toContain('derby');
    expect(rowsOf(status)).toMatchObject({ bernini: 'rolled-back', derby: 'prepared', faust: 'prepared' });
    run.world.sick.clear();
    await Promise.all([derby.signal('release', elsewhere), say(run, 'retry', 'roll-out')]);
    expect(await run.handle.result()).toMatchObject({ updated: 5, deferred: 0 });
  });

  test('within the budget it continues and asks at the end; a skip leaves failed hosts to their own workflows', async () => {
    await using run = await inSemester((world) => {
      world.hosts = FLEET.slice(0, 4);
      world.sick.set('cojito', 'RolledBack');
      world.rollout = { waves: [1], failureBudget: 2, parallel: 6 };
    });
    await run.approveAll(['rollout']);
    const status = await parked(run, 'roll-out');
    expect(rowsOf(status)).toEqual({ bernini: 'updated', cojito: 'rolled-back', derby: 'updated' });
    run.world.sick.clear();
    await say(run, 'skip', 'roll-out');
    expect(await run.handle.result()).toMatchObject({ updated: 2, deferred: 1 });
    await run.until('caught up', () => run.world.running.has('cojito'));
    // Sessions that began since are warned and drained before the reboot.
    expect(done(run, 'drain').filter((host) => host === 'cojito')).toHaveLength(2);
  });

  test('after done by hand each host is verified', async () => {
    await using run = await inSemester((world) => {
      world.sick.set('cojito', 'VerificationFailed');
    });
    await run.approveAll(['rollout']);
    await parked(run, 'roll-out');
    run.world.sick.clear();
    await say(run, 'done', 'roll-out');
    expect(await run.handle.result()).toMatchObject({ updated: 2, deferred: 0 });
    expect(done(run, 'look at')).toEqual(['cojito']);
  });

  test('a child that is ended from outside counts as failed', async () => {
    await using run = await inSemester((world) => {
      world.broken.set('switchRoot', 'no such subvolume');
    });
    await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:boot-bernini'));
    await env.client.workflow.getHandle(`${run.handle.workflowId}/bernini`).cancel();
    run.world.broken.delete('switchRoot');
    const asked = await run.until('rollout', (s) => s.waitingFor.some((w) => w.key === 'gate:rollout'));
    expect(asked.gates[0]!.plan!.warnings[0]).toMatch(/was cancelled/);
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ updated: 2 });
  });

  test('an abort in the middle tidies each host at work, and rolls nothing out', async () => {
    await using run = await inSemester((world) => {
      world.broken.set('switchRoot', 'no such subvolume');
    });
    await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:boot-bernini'));
    await run.handle.signal('abort', { by: 'bob', reason: 'not today' });
    expect(await run.handle.result()).toMatchObject({ outcome: 'aborted' });
    await run.until('tidy', () => done(run, 'tidy').includes('bernini'));
    expect(done(run, 'tidy').toSorted()).toEqual(['asahi', 'bernini']);
    expect(done(run, 'reboot')).toEqual([]);
  });
});

describe('the leader', () => {
  test('updated by hand: the gate shows the instructions, and the service verifies afterwards', async () => {
    await using run = await inSemester((world) => {
      world.leaderBy = 'by-hand';
    });
    const status = await run.until('leader-work', (s) => s.waitingFor.some((w) => w.key === 'gate:leader-work'));
    expect(status.gates[0]).toMatchObject({ gate: 'leader-work', instructions: 'Update asahi.' });
    expect(done(run, 'update')).toEqual([]);
    await say(run, 'done', 'leader-work');
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ updated: 2 });
    expect([done(run, 'update'), done(run, 'look at')]).toEqual([[], ['asahi']]);
  });

  test('a command that fails can be finished by hand, and is verified', async () => {
    await using run = await inSemester((world) => {
      world.broken.set('updateLeader', 'error: target not found');
    });
    await parked(run, 'leader-update');
    run.world.broken.delete('updateLeader');
    await say(run, 'done', 'leader-update');
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ updated: 2 });
    expect(done(run, 'look at')).toEqual(['asahi']);
  });

  test.each(['leader-update', 'image'] as const)('%s can be skipped: the fleet keeps its system', async (step) => {
    await using run = await inSemester((world) => {
      world.broken.set(step === 'image' ? 'buildImage' : 'updateLeader', 'bash: pacman: command not found');
    });
    const status = await parked(run, step);
    expect(status.steps.find((one) => one.step === step)).toMatchObject({ safety: false });
    await say(run, 'skip', step);
    expect(await run.handle.result()).toMatchObject({ outcome: 'skipped', image: null, updated: 0 });
    expect(done(run, 'receive')).toEqual([]);
  });

  test('reinstalled: the new host key is passed on as a person read it on the console', async () => {
    const sign = (world: World) => void (world.signed = true);
    await using run = await inSemester(sign, { mode: 'reinstall' });
    await run.until('reinstall', (s) => s.waitingFor.some((w) => w.key === 'gate:reinstall'));
    await say(run, 'done', 'reinstall', { value: 'SHA256:evil' });
    // A signature that does not count is refused as well, and the round stays for the one that does.
    await say(run, 'done', 'reinstall', { value: 'SHA256:evil', signature: 'forged' });
    const { refused, gates } = await run.until('refusals', (s) => s.refused.length === 2);
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/not signed; .*semester done/),
      expect.stringMatching(/^NoGrant: .*is not a signature of bob/),
    ]);
    expect(gates[0]).toMatchObject({ gate: 'reinstall', round: 1, state: 'open', signed: true });
    await run.until('reinstall', (s) => s.waitingFor.some((w) => w.key === 'gate:reinstall'));
    await say(run, 'done', 'reinstall', { value: 'SHA256:abc', signature: 'of bob' });
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ updated: 2 });
    expect(run.world.fingerprint).toBe('SHA256:abc');
    expect(done(run, 'image')).toEqual(['gpu-reinstall']);
  });
});
