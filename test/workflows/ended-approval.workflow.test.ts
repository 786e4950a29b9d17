import { randomUUID } from 'node:crypto';
import type { Workflow } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refuse } from '../../activities/failures.ts';
import type { Gate, PlanGate } from '../../domain/gates/index.ts';
import { hostWorkflowId, restoreWorkflowId, rollbackWorkflowId } from '../../domain/names.ts';
import type { host as hostWorkflow } from '../../workflows/host.ts';
import type { restore, restoreDocker } from '../../workflows/restore.ts';
import type { rollback } from '../../workflows/rollback.ts';
import { endsAtOnce, startIn, startRun, startUpdate, type Driven } from '../support/run.ts';
import { ask, realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

/** What an activity fails with when its approval is too old. */
const ended = () => refuse('NoGrant', 'its approval has ended');

/** These activities, on this host, get no grant before the gate has passed so often. */
function grantAfter(world: World, gate: PlanGate, passes: number, names: readonly string[], host?: string): void {
  const acts = world.acts as unknown as Record<string, (a: object) => Promise<unknown>>;
  let passed = 0;
  const { passGate } = acts;
  acts['passGate'] = async (a) => {
    if ((a as { gate: string }).gate === gate) passed += 1;
    return passGate!(a);
  };
  for (const name of names) {
    const act = acts[name]!;
    acts[name] = async (a) => {
      if (passed < passes && (host === undefined || (a as { host?: string }).host === host)) throw ended();
      return act(a);
    };
  }
}

/** Two approvers who approve every gate, and answer each parked step with `retry` unless told otherwise. */
async function answer<W extends Workflow>(run: Driven<W>, words: Readonly<Record<string, string>> = {}) {
  let over = false;
  const end = run.handle.result().finally(() => (over = true));
  const asked: string[] = [];
  const isQuestion = ({ key }: { readonly key: string }) => /^(gate|attention):/.test(key);
  for (;;) {
    const { waitingFor } = await run.until('a question', (s) => over || s.waitingFor.some(isQuestion));
    const question = waitingFor.find(isQuestion);
    if (!question) break;
    const { key, since } = question;
    asked.push(key);
    if (asked.length > 15) throw new Error(`it only asks: ${asked.join(', ')}`);
    const about = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('attention:'))
      await run.handle.signal(words[about] ?? 'retry', { step: about, by: 'bob', reason: 'looked at it' });
    else for (const by of ['bob', 'carol']) if ((await run.decide(by, about as Gate)).state === 'approved') break;
    await run.until('the answer', (s) => over || !s.waitingFor.some((one) => one.key === key && one.since === since));
  }
  await end;
  return asked;
}

describe('an approval that has ended is asked for anew', () => {
  test('after the drain: the removal is approved once more, also if nobody is left to remove', async () => {
    await using run = await startRun(env, endsAtOnce, {}, (world) => {
      grantAfter(world, 'removal', 2, ['drainHost'], 'asahi');
    });
    const asked = await answer(run);
    expect(asked).toEqual(expect.arrayContaining(['attention:drain-asahi']));
    expect(asked.filter((key) => key === 'gate:removal')).toHaveLength(2);
    expect((await run.handle.result()).outcome).toBe('finished');
  });

  test('where a host is left for later after its wipe failed: the wipe is approved once more', async () => {
    await using run = await startRun(env, endsAtOnce, {}, (world) => {
      const { wipeDocker } = world.acts;
      world.acts.wipeDocker = async (a) => {
        if (a.host !== 'cojito' || a.ref.step !== 'wipe-docker-cojito') return wipeDocker(a);
        world.homes.add('frank');
        throw refuse('CommandFailed', 'no disk');
      };
      grantAfter(world, 'wipe', 2, ['deferTask'], 'cojito');
    });
    const asked = await answer(run, { 'wipe-docker-cojito': 'skip' });
    expect(asked).toEqual(expect.arrayContaining(['attention:defer-wipe-docker-cojito']));
    expect(asked.filter((key) => key === 'gate:wipe')).toHaveLength(2);
    expect((await run.handle.result()).outcome).toBe('finished');
  });

  test('at the mails: notice and deadline mail', async () => {
    await using run = await startRun(env, endsAtOnce, {}, (world) => {
      grantAfter(world, 'notice', 2, ['sendNotices']);
      grantAfter(world, 'notice', 3, ['sendDeadlineMails']);
    });
    const asked = await answer(run);
    expect(asked.filter((key) => key === 'gate:notice')).toHaveLength(3);
    expect((await run.handle.result()).outcome).toBe('finished');
  });

  test.each([
    ['roll-out', {}],
    ['roll-out that is left', { 'roll-out': 'skip' }],
  ])('at the %s', async (_, words) => {
    await using run = await startUpdate(env, { parent: 'semester/none' }, (world) => {
      grantAfter(world, 'rollout', 2, ['rebootHost', 'deferTask'], 'cojito');
    });
    const asked = await answer(run, words);
    expect(asked.filter((key) => key === 'gate:rollout')).toHaveLength(2);
    expect(await run.handle.result()).toMatchObject({ outcome: 'updated' });
  });

  test('at the canary of a semester: the gate asks before it boots, and again about its health', async () => {
    await using run = await startUpdate(env, { parent: 'semester/none' }, (world) => {
      grantAfter(world, 'rollout', 1, ['drainHost']);
    });
    expect(await answer(run)).toEqual(['gate:rollout', 'gate:rollout']);
    expect(await run.handle.result()).toMatchObject({ outcome: 'updated', updated: 2 });
  });

  test('at a rollback: the hosts that are left', async () => {
    await using run = await startIn(
      env,
      (world) => {
        for (const host of ['bernini', 'cojito']) world.running.set(host, '2027-02-11-gpu-update');
        grantAfter(world, 'rollback', 2, ['rollBack'], 'cojito');
      },
      (taskQueue) =>
        env.client.workflow.start<typeof rollback>('rollback', {
          workflowId: rollbackWorkflowId(randomUUID()),
          taskQueue,
          args: [{ site: 'lab', name: 'r', startedBy: 'alice', hosts: null, reason: 'GPUs are lost' }],
        }),
    );
    expect(await answer(run)).toEqual(['gate:rollback', 'attention:roll-back-cojito', 'gate:rollback']);
    expect(await run.handle.result()).toMatchObject({ outcome: 'rolled-back', proofs: [{}, {}] });
    expect(run.world.log.filter(({ what }) => what.startsWith('roll back'))).toHaveLength(2);
  });

  test.each(['restore', 'restore-docker'] as const)('at %s', async (gate) => {
    const name = randomUUID();
    const input = { site: 'lab', name, startedBy: 'alice', user: 'erin' };
    await using run = await startIn(
      env,
      (world) => grantAfter(world, gate, 2, ['restoreHomes', 'restoreDocker']),
      (taskQueue) => {
        const options = { workflowId: restoreWorkflowId(name), taskQueue };
        return gate === 'restore'
          ? env.client.workflow.start<typeof restore>('restore', {
              ...options,
              args: [{ ...input, from: null, to: null }],
            })
          : env.client.workflow.start<typeof restoreDocker>('restoreDocker', { ...options, args: [input] });
      },
    );
    const step = gate === 'restore' ? 'restore-homes' : gate;
    expect(await answer<Workflow>(run)).toEqual([`gate:${gate}`, `attention:${step}`, `gate:${gate}`]);
    expect(await run.handle.result()).toMatchObject({ outcome: 'restored' });
  });
});

test('a task that no grant permits keeps no other task of the host waiting, and can be skipped', async () => {
  const workflowId = hostWorkflowId('asahi');
  await using run = await startIn(
    env,
    (world) => grantAfter(world, 'wipe', 1, ['drainHost', 'wipeDocker']),
    (taskQueue) =>
      env.client.workflow.signalWithStart<typeof hostWorkflow, [object]>('host', {
        workflowId,
        taskQueue,
        args: [{ host: 'asahi', site: 'lab' }],
        signal: 'deferTask',
        signalArgs: [{ kind: 'wipe-docker', plan: 'sha256:plan', proofs: { keep: [], waived: [], absence: [] } }],
      }),
  );
  const parked = await run.until('parked', ({ waitingFor }) => waitingFor.length > 0);
  expect(parked.waitingFor[0]!.commands.join('\n')).toContain('semester skip host/asahi deferred-wipe-docker');
  await run.handle.signal('deferTask', { kind: 'open-logins' });
  await run.until('the other task', ({ steps }) =>
    steps.some(({ step, state }) => step === 'deferred-open-logins' && state === 'done'),
  );
  await run.until('parked again', ({ waitingFor }) => waitingFor.length > 0);
  await run.handle.signal('skip', { step: 'deferred-wipe-docker', by: 'bob', reason: 'nobody deferred it' });
  await expect.poll(() => ask<readonly string[]>(env, workflowId, 'deferredTasks')).toEqual([]);
});
