import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { checkClocks, checkTemporal } from '../../client/temporal-checks.ts';
import { readMessages } from '../../texts/messages.ts';
import { templates } from '../activities/mail/fixtures.ts';
import { realTime } from '../support/temporal.ts';

const say = await readMessages({ templates }, 'en');

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await realTime();
});
afterAll(() => env?.teardown());

const moment = { began: 1_000_000, ended: 1_010_000 };
const agreeing = { here: moment, temporal: { began: 1_000_100, ended: 1_009_900 }, worker: 1_005_000 };

test('doctor reads the retention and the search attributes of the namespace', async () => {
  const { namespace = 'default' } = env;
  const states = async () =>
    Object.fromEntries((await checkTemporal(env.client, say, agreeing)).map(({ check, state }) => [check, state]));
  const set = (days: number) =>
    env.client.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: { seconds: (days * 86_400) as never } },
    });
  await set(3);
  const rows = await checkTemporal(env.client, say, agreeing);
  expect(rows.find(({ check }) => check === 'retention')).toMatchObject({
    state: 'warning',
    found: expect.stringContaining('3 days after its end'),
    remedy: expect.stringContaining(`--namespace ${namespace} --retention 8760h`),
  });
  await set(365);
  expect(await states()).toMatchObject({ retention: 'ok', 'search attributes': 'ok', clock: 'ok' });
});

test.each([
  [
    'this machine is a minute behind',
    { here: { began: 940_000, ended: 950_000 } },
    /this machine and Temporal differ by (59|60) seconds/,
  ],
  [
    'this machine is an hour ahead',
    { here: { began: 4_600_000, ended: 4_610_000 } },
    /this machine and Temporal differ by 3600 seconds/,
  ],
  ['the worker is behind', { worker: 970_000 }, /the worker and Temporal differ by 30 seconds/],
  ['the worker is ahead', { worker: 1_100_000 }, /the worker and Temporal differ by 90 seconds/],
])('%s', (_, change, found) => {
  expect(checkClocks(say, { ...agreeing, ...change })).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(found),
  });
});
