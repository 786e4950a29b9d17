import { randomUUID } from 'node:crypto';
import type { ClientOptions } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { inject } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../worker/search-attributes.ts';
import { testServerPath } from '../../lab/setup/test-server.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** The workflows, bundled once for the whole run by `bundle.ts`. */
export const workflowBundle = (): WorkflowBundleOption => ({ codePath: inject('workflowBundle') });

/** A Temporal server on which months pass in seconds. Its clock is global: one for each test file. */
export async function timeSkipping(
  client: Pick<ClientOptions, 'dataConverter'> = {},
): Promise<TestWorkflowEnvironment> {
  const path = await testServerPath();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
    client,
  });
  // This server cannot list what it has, as a worker's registration does first.
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: SEARCH_ATTRIBUTES,
  });
  return env;
}

/** A worker with these activities on a task queue of its own. */
export async function workerFor(
  env: TestWorkflowEnvironment,
  activities: object,
  taskQueue = `q-${randomUUID()}`,
): Promise<Worker> {
  const { dataConverter } = env.client.options;
  return Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue,
    workflowBundle: workflowBundle(),
    activities,
    // A cancellation arrives with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '200 ms',
    ...(dataConverter && { dataConverter }),
  });
}
