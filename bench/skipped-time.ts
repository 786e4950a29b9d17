import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { startTestServers } from '../lab/setup/test-server.ts';
import { SEARCH_ATTRIBUTES } from '../watch/search-attributes.ts';
import { startDoubles, type DoublesProcess, type WorldOptions } from './doubles/process.ts';

/** Works on a Temporal server on which months pass in seconds, with a worker in a process of its own. */
export async function inSkippedTime<T>(
  world: WorldOptions,
  work: (env: TestWorkflowEnvironment, worker: DoublesProcess) => Promise<T>,
): Promise<T> {
  const servers = await startTestServers();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: servers.path } },
  });
  try {
    const attributes = { namespace: 'default', searchAttributes: SEARCH_ATTRIBUTES };
    await env.connection.operatorService.addSearchAttributes(attributes);
    const worker = await startDoubles(env.address, world);
    try {
      return await work(env, worker);
    } finally {
      await worker.stop();
    }
  } finally {
    await env.teardown();
    await servers.stop();
  }
}

/** Number of events of the longest run in a chain of continue-as-new, from the first run on. */
export async function longestRun(client: Client, workflowId: string, firstRun: string): Promise<number> {
  let longest = 0;
  for (let runId: string | null | undefined = firstRun; runId;) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    longest = Math.max(longest, events?.length ?? 0);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return longest;
}
