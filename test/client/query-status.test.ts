import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { queryStatusPatiently, queryStatus } from '../../client/workflows.ts';

/** A Temporal that counts a worker among those who poll, and whose first query ends with `cause`; later ones with `then`. */
function clientOf(cause: Error, then?: object): Client {
  let asked = 0;
  const query = () =>
    then && asked++ > 0 ? Promise.resolve(then) : Promise.reject(new Error('Failed to query Workflow', { cause }));
  const lastAccessTime = { seconds: Date.now() / 1000 };
  return {
    options: { namespace: 'default' },
    connection: { withDeadline: (_: number, work: () => Promise<unknown>) => work() },
    workflow: { getHandle: () => ({ query }) },
    workflowService: { describeTaskQueue: async () => ({ pollers: [{ identity: 'w', lastAccessTime }] }) },
  } as unknown as Client;
}

test.each(['1 CANCELLED: Call cancelled', '4 DEADLINE_EXCEEDED: Deadline exceeded'])(
  'a worker that was killed a moment ago answers nothing: %s',
  async (message) => {
    expect(await queryStatus(clientOf(new Error(message)), 'semester/x')).toBeNull();
  },
);

test('an error of the query itself is reported', async () => {
  const asked = queryStatus(clientOf(new Error('3 INVALID_ARGUMENT: unknown queryType')), 'semester/x');
  await expect(asked).rejects.toThrow('Failed to query Workflow');
});

test('a query that needs an answer is repeated on a slow worker', async () => {
  const slow = clientOf(new Error('4 DEADLINE_EXCEEDED: Deadline exceeded'), { phase: 'drain' });
  expect(await queryStatusPatiently(slow, 'semester/x')).toEqual({ phase: 'drain' });
});
