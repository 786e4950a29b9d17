import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import { windowAt } from '../../domain/window.ts';
import { startUpdate, type Driven } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';
import type { fleetUpdate } from '../../workflows/fleet-update.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

type Run = Driven<typeof fleetUpdate>;
const HOUR = 3600_000;

const done = (run: Run, what: string) => run.world.log.filter((l) => `${l.what} `.startsWith(`${what} `));
const hosts = (run: Run, what: string) => done(run, what).map((l) => l.what.slice(what.length + 1));
const parked = (run: Run, step: string) =>
  run.until(step, (s) => s.waitingFor.some((w) => w.key === `attention:${step}`));
const round = (run: Run, number: number) =>
  run.until(`round ${number}`, (s) => s.gates.some((g) => g.gate === 'rollout' && g.round === number));
const say = (run: Run, word: string, step: string) =>
  run.handle.signal(word, { step, by: 'bob', reason: 'looked at it' });
/** Never a query: one that an earlier test has ended would wait for a worker that is gone. */
const runs = (id: string) =>
  env.client.workflow
    .getHandle(id)
    .describe()
    .then(
      ({ status }) => status.name === 'RUNNING',
      () => false,
    );
const hourInSeoul = (at: string) => (new Date(at).getUTCHours() + 9) % 24;

describe('an update between semesters', () => {
  test('is approved and announced, then at night reboots the canary, asks, and reboots the rest', async () => {
    await using run = await startUpdate(env);
    const asked = await round(run, 1);
    expect(hosts(run, 'prepare').toSorted()).toEqual(['bernini', 'cojito']);
    expect([hosts(run, 'drain'), run.world.mails.filter((m) => m.kind === 'update')]).toEqual([[], []]);
    expect(asked.gates[0]!.plan!.warnings).toEqual(['2 hosts reboot']);
    await run.approveAll(['rollout']);

    const again = await round(run, 2);
    const mails = run.world.mails.filter((m) => m.kind === 'update');
    expect(mails.map((m) => m.to)).toEqual(['erin', 'frank', 'grace', 'prof']);
    const [first] = done(run, 'reboot');
    expect(first!.what).toBe('reboot bernini');
    expect(Date.parse(first!.at) - Date.parse(mails[0]!.at)).toBeGreaterThan(72 * HOUR);
    expect(hosts(run, 'reboot')).toEqual(['bernini']);
    expect(again.gates[0]!.plan!.warnings).toEqual([]);
    await run.approveAll(['rollout']);
    expect(await run.handle.result()).toMatchObject({ outcome: 'updated', updated: 2 });
    for (const { at } of done(run, 'reboot')) expect([2, 3, 4, 5]).toContain(hourInSeoul(at));
    // Sessions are warned and ended, logins open again, and one mail went out.
    for (const host of ['bernini', 'cojito']) {
      const order = ['warn', 'drain', 'reboot', 'open logins'].map((what) =>
        run.world.log.findIndex((l) => l.what === `${what} ${host}`),
      );
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(order[0]).toBeGreaterThan(0);
    }
    expect(run.world.mails.filter((m) => m.kind === 'update')).toHaveLength(4);
    expect([...run.world.closed]).toEqual([]);
  });

  test('waits for GPU jobs, over the end of the night into the next one', async () => {
    await using run = await startUpdate(env, {}, (world) => {
      world.rollout = { ...world.rollout, canary: false };
    });
    await round(run, 1);
    // Until eleven in the morning after the first night.
    const announced = new Date((await env.currentTimeMs()) + 72 * HOUR).toISOString();
    const { opens } = windowAt(announced, run.world.window, 'Asia/Seoul');
    run.world.training.set('cojito', Date.parse(opens) + 9 * HOUR);
    await run.approveAll(['rollout']);
    await run.handle.result();
    const [bernini, cojito] = ['bernini', 'cojito'].map((host) => done(run, `reboot ${host}`)[0]);
    expect(hourInSeoul(cojito!.at)).toBe(2);
    expect(Date.parse(cojito!.at) - Date.parse(bernini!.at)).toBeGreaterThan(12 * HOUR);
  });

  test('asks if jobs do not end: continue, wait once more, or leave the host', async () => {
    await using run = await startUpdate(env, {}, (world) => {
      world.window = undefined;
      world.rollout = { ...world.rollout, canary: false, waves: [5] };
      for (const host of ['bernini', 'cojito']) world.training.set(host, Infinity);
    });
    await round(run, 1);
    await run.approveAll(['rollout']);
    await parked(run, 'jobs-bernini');
    const status = await parked(run, 'jobs-cojito');
    // No host was disturbed, and no workflow holds a host while the gate is open.
    expect([hosts(run, 'drain'), hosts(run, 'reboot')]).toEqual([[], []]);
    // What was released has ended as soon as time passes.
    await env.sleep('1 minute');
    expect(await runs(hostWorkflowId('bernini'))).toBe(false);
    expect(status.waitingFor.find((w) => w.key === 'attention:jobs-cojito')!.commands.join()).toContain(
      '/cojito jobs-cojito',
    );
    await say(run, 'done', 'jobs-bernini');
    await run.until('bernini', () => hosts(run, 'reboot').includes('bernini'));
    run.world.window = { from: '02:00', until: '06:00' };
    await say(run, 'skip', 'jobs-cojito');
    expect(await run.handle.result()).toMatchObject({ updated: 1, deferred: 1 });
    const child = await run.status(`${run.handle.workflowId}/cojito`);
    expect(child.steps.find((s) => s.step === 'jobs-cojito')).toMatchObject({ state: 'skipped', by: 'bob' });
    // Left for later is never sooner: the job goes on for two days, and the host reboots at night.
    const ends = (await env.currentTimeMs()) + 2 * 24 * HOUR;
    run.world.training.set('cojito', ends);
    await env.sleep('4 days');
    await run.until('the deferred image', () => hosts(run, 'reboot').includes('cojito'));
    const reboot = done(run, 'reboot cojito')[0]!.at;
    expect(Date.parse(reboot)).toBeGreaterThan(ends);
    expect(hourInSeoul(reboot)).toBeGreaterThanOrEqual(2);
    expect(hourInSeoul(reboot)).toBeLessThan(6);
    expect(run.world.closed.size).toBe(0);
  });

  test('at the failure budget no host of the same wave with running jobs is disturbed', async () => {
    await using run = await startUpdate(env, {}, (world) => {
      world.hosts = ['asahi', 'bernini', 'cojito', 'derby'];
      world.window = undefined;
      world.rollout = { ...world.rollout, canary: false, waves: ['100%'] };
      world.sick.set('bernini', 'RolledBack');
      for (const host of ['cojito', 'derby']) world.training.set(host, Infinity);
    });
    await round(run, 1);
    await run.approveAll(['rollout']);
    const status = await parked(run, 'roll-out');
    expect(hosts(run, 'drain')).toEqual(['bernini']);
    expect(status.hosts!.counts).toEqual({ 'rolled-back': 1, prepared: 2 });
    // No attention is left for jobs that may continue.
    expect(status.waitingFor.map(({ key }) => key)).toEqual(['attention:roll-out']);
    run.world.sick.clear();
    run.world.training.clear();
    await say(run, 'retry', 'roll-out');
    expect(await run.handle.result()).toMatchObject({ updated: 3, deferred: 0 });
  });

  test('a canary that reverts opens logins again, and is the first warning of the second round', async () => {
    await using run = await startUpdate(env, {}, (world) => {
      world.sick.set('bernini', 'RolledBack');
    });
    await round(run, 1);
    await run.approveAll(['rollout']);
    const again = await round(run, 2);
    expect(again.gates[0]!.plan!.warnings[0]).toMatch(/went back/);
    expect([...run.world.closed]).toEqual([]);
    expect(hosts(run, 'reboot')).toEqual(['bernini']);
  });

  test('logins that were closed by another workflow or person stay closed', async () => {
    await using run = await startUpdate(env, {}, (world) => {
      world.closed.set('bernini', '2020-01-01T00:00:00.000Z');
    });
    await round(run, 1);
    await run.approveAll(['rollout']);
    await round(run, 2);
    expect([...run.world.closed.keys()]).toEqual(['bernini']);
  });

  test('a second update and a semester wait for the fleet', async () => {
    await using run = await startUpdate(env);
    await round(run, 1);
    expect((await run.status(siteWorkflowId('lab'))).waitingFor[0]!.sentence).toContain(run.handle.workflowId);
    await run.handle.signal('abort', { by: 'bob', reason: 'exams' });
    expect(await run.handle.result()).toMatchObject({ outcome: 'aborted' });
    await run.until('free', () => true);
    expect((await run.status(siteWorkflowId('lab'))).waitingFor).toEqual([]);
  });
});
