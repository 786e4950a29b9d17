import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publishWorkflowId } from '../../domain/names.ts';
import type { PublishInput } from '../../domain/publish.ts';
import type { Status } from '../../domain/status.ts';
import type { publish } from '../../workflows/publish.ts';
import { startIn, startRun } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

describe('reopening', () => {
  const steps = async (run: Awaited<ReturnType<typeof startRun>>) =>
    (await run.status()).steps.map(({ step }) => step).filter((step) => /form|post|page/.test(step));

  test('a form that the service makes is made before the gate, and opened after it, before the post', async () => {
    await using run = await startRun(env, {}, {}, (world) => (world.makesForm = 'https://form.example/made'));
    await run.approveAll(['notice', 'removal', 'wipe', 'prune', 'rollout']);
    await run.until('publish', (s) => s.gates.some((g) => g.gate === 'publish'));
    expect(await steps(run)).toEqual(['make-form']);
    await run.approveAll(['publish']);
    await run.until('applications', (s) => s.phase === 'applications');
    expect(await steps(run)).toEqual(['make-form', 'open-form', 'post', 'page']);
    expect(run.world.log.map(({ what }) => what).filter((what) => /form|publish/.test(what))).toEqual([
      'open form',
      'publish',
    ]);
  });

  test('a form that changed since the approval voids the plan', async () => {
    await using run = await startRun(env, {}, {}, (world) =>
      world.broken.set('publishForm', 'the approved plan is another'),
    );
    await run.approveAll(['notice', 'removal', 'wipe', 'prune', 'rollout', 'publish']);
    await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:open-form'));
    run.world.broken.delete('publishForm');
    await run.handle.signal('retry', { step: 'open-form', by: 'bob', reason: 'looked at the form' });
    await run.until('asked again', (s) => s.gates.some((g) => g.gate === 'publish' && g.round === 2));
    expect(run.world.log.some(({ what }) => what === 'publish')).toBe(false);
  });

  test('a pull request that is closed unmerged parks the step', async () => {
    await using run = await startRun(env, {}, { from: 'reopen' }, (world) => {
      world.members.clear();
      world.pullRequest = 'https://github.com/bacchus/site/pull/7';
      world.broken.set('awaitMerge', 'it is closed');
    });
    await run.approveAll(['publish']);
    await run.until('parked', (s) => s.waitingFor.some(({ key }) => key === 'attention:merge'));
    await run.handle.signal('skip', { step: 'merge', by: 'bob', reason: 'pushed by hand' });
    await run.until('applications', (s) => s.phase === 'applications');
  });

  test('a page that does not appear parks a step that can be skipped', async () => {
    await using run = await startRun(env, {}, {}, (world) => world.broken.set('awaitPage', 'the page answers 404'));
    await run.approveAll(['notice', 'removal', 'wipe', 'prune', 'rollout', 'publish']);
    const parked = await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:page'));
    expect(parked.steps.find(({ step }) => step === 'page')).toMatchObject({ reason: expect.stringContaining('404') });
    await run.handle.signal('skip', { step: 'page', by: 'bob', reason: 'the site is built by hand tonight' });
    await run.until('applications', (s) => s.phase === 'applications');
  });
});

describe('an update of the post', () => {
  const start = (prepare: (world: World) => void = () => {}) =>
    startIn(env, prepare, (taskQueue) => {
      const name = `s-${randomUUID().slice(0, 8)}`;
      const input: PublishInput = { site: 'lab', name, startedBy: 'alice', semester: null };
      const workflowId = publishWorkflowId(name);
      return env.client.workflow.start<typeof publish>('publish', { workflowId, taskQueue, args: [input] });
    });
  const round = async (run: Awaited<ReturnType<typeof start>>, number: number) => {
    const open = ({ gates }: Status) => gates.find((one) => one.state === 'open' && one.round === number);
    return open(await run.until(`round ${number}`, (s) => open(s) !== undefined))!;
  };

  test('asks, publishes after the approval, and waits for the page', async () => {
    await using run = await start();
    await round(run, 1);
    expect(run.world.log).toEqual([]);
    await run.decide('bob', 'publish');
    expect(await run.handle.result()).toMatchObject({
      outcome: 'published',
      proofs: [{ what: 'post' }, { what: 'page' }],
    });
    expect(run.world.log.map(({ what }) => what)).toEqual(['publish']);
  });

  test('asks again if the text changed since', async () => {
    await using run = await start();
    await round(run, 1);
    run.world.template = 'v2';
    await run.decide('bob', 'publish');
    const second = await round(run, 2);
    expect(second.diff).toBeDefined();
    expect(run.world.log).toEqual([]);
  });

  test('does nothing without a change', async () => {
    await using run = await start((world) => (world.template = ''));
    expect(await run.handle.result()).toEqual({ outcome: 'nothing', proofs: [] });
  });
});
