import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { clientConverter } from '../../codec/data-converter.ts';
import { newKey, parseKeys } from '../../codec/keys.ts';
import { semesterWorkflowId } from '../../domain/names.ts';
import type { Status } from '../../domain/status.ts';
import { createWorld } from '../support/world.ts';
import { realTime, workerFor } from '../support/temporal.ts';

const [OLD, NEW] = ['k-old', 'k-new'].map((id) => newKey(new Date(), id)) as [string, string];
const TASK_QUEUE = 'rotated';

/** The people and workers of one step of docs/encryption.md, each with these keys. */
function within(env: TestWorkflowEnvironment, keys: string) {
  const dataConverter = clientConverter(parseKeys(keys));
  const client = new Client({ connection: env.connection, namespace: env.namespace ?? 'default', dataConverter });
  // A worker that is new each time replays the history from its begin.
  const options = { ...env.client.options, dataConverter };
  const seen = new Proxy(env, {
    get: (target, name) => (name === 'client' ? { options } : (Reflect.get(target, name) as unknown)),
  });
  return { client, seen };
}

test('the payload key changes while a semester runs: each step of the change reads and continues it', async () => {
  const env = await realTime({ dataConverter: clientConverter(parseKeys(OLD)) });
  const world = createWorld({ now: async () => Date.now(), client: () => env.client, taskQueue: TASK_QUEUE });
  const id = semesterWorkflowId('rotated');
  const working = async (keys: string, work: (client: Client) => Promise<void>): Promise<void> => {
    const { client, seen } = within(env, keys);
    const worker: Worker = await workerFor(seen, world.acts, TASK_QUEUE);
    await worker.runUntil(() => work(client));
  };
  const status = (client: Client) => client.workflow.getHandle(id).query<Status>('status');
  const hour = (ahead: number) => new Date(Date.now() + ahead * 3_600_000).toISOString();

  try {
    await working(OLD, async (client) => {
      await client.workflow.start('semester', {
        workflowId: id,
        taskQueue: TASK_QUEUE,
        args: [
          {
            semester: {
              name: 'rotated',
              deadline: hour(2),
              notices: ['PT1H'],
              noticeGateLead: 'PT2H',
              minimumNotice: 'PT1H',
              period: { from: hour(24), until: hour(240) },
              mode: 'update',
              order: 'wipe-first',
              applications: { every: 'PT6H', grace: 'PT1H', nudges: [], until: hour(200) },
              keep: [],
              title: 'x',
              formUrl: 'https://form.example/1',
            },
            site: 'lab',
            startedBy: 'alice',
          },
        ],
      });
      await expect
        .poll(async () => (await status(client)).waitingFor.map(({ key }) => key), { timeout: 20_000 })
        .toContain('gate:notice');
      await client.workflow.getHandle(id).signal('keep', { user: 'zoe', by: 'bob', reason: 'with the old key' });
    });
    // 1: all get the new key at the end. 2: it comes first. A person who has not changed yet still sends with the old one.
    for (const keys of [`${OLD},${NEW}`, `${NEW},${OLD}`]) {
      await working(keys, async (client) => {
        const late = within(env, OLD).client;
        const user = keys.startsWith(OLD) ? 'erin' : 'frank';
        await late.workflow.getHandle(id).signal('keep', { user: `${user}-late`, by: 'bob', reason: 'late' });
        await client.workflow.getHandle(id).signal('keep', { user, by: 'bob', reason: 'in time' });
        await expect
          .poll(async () => (await status(client)).kept.join(' '), { timeout: 20_000 })
          .toMatch(new RegExp(`zoe.*${user}-late.*\\b${user}\\b(?!-)`, 's'));
      });
    }
    // 3 comes too early: without the old key nobody can read what it encrypted, and the error names it.
    const early = within(env, NEW).client;
    await expect(early.workflow.getHandle(id).describe()).rejects.toThrow(/k-old/);
  } finally {
    await env.teardown();
  }
});
