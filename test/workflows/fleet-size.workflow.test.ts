import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startUpdate } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

const FOLLOWERS = 200;
/** Of issue 5: 10,000 events for a thousand hosts. */
const EVENTS_A_HOST = 10;

test('for hundreds of hosts in waves of 50 the children hold the details, and status stays short', async () => {
  await using run = await startUpdate(env, { parent: 'semester/none' }, (world) => {
    world.hosts = Array.from({ length: FOLLOWERS + 1 }, (_, index) => `gpu-${index}`);
    world.rollout = { waves: [50], failureBudget: 5, parallel: 50 };
    world.sick.set('gpu-77', 'RolledBack');
  });
  await run.approveAll(['rollout']);
  const status = await run.until('parked', (s) => s.waitingFor.some((w) => w.key === 'attention:roll-out'));
  expect(status.hosts!.counts).toEqual({ updated: FOLLOWERS - 1, 'rolled-back': 1 });
  expect(status.hosts!.rows[0]).toMatchObject({ host: 'gpu-77', state: 'rolled-back' });
  expect(JSON.stringify(status).length).toBeLessThan(64 * 1024);
  const { events } = await run.handle.fetchHistory();
  expect(events!.length).toBeLessThan(FOLLOWERS * EVENTS_A_HOST);
}, 300_000);

test('sixty parked hosts with long names fit into memo, search attributes and status', async () => {
  await using run = await startUpdate(env, { parent: 'semester/none' }, (world) => {
    world.hosts = Array.from({ length: 61 }, (_, index) => `gpu-${'가나'.repeat(30)}-${index}`);
    world.rollout = { canary: false, waves: [60], failureBudget: 60, parallel: 60 };
    world.broken.set('switchRoot', '긴 이유 '.repeat(400));
  });
  await run.approveAll(['rollout']);
  const status = await run.until('parked', (s) => s.waitingFor.some(({ key }) => key === 'more'));
  expect(new TextEncoder().encode(JSON.stringify(status)).length).toBeLessThan(64 * 1024);
  expect(status.waitingFor.at(-1)?.sentence).toMatch(/^and \d+ more$/);
}, 300_000);
