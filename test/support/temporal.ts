import { randomUUID } from 'node:crypto';
import { isGrpcCancelledError, isGrpcDeadlineError, type ClientOptions } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { inject } from 'vitest';
import { msToNumber, msToTs } from '@temporalio/common/lib/time.js';
import { SEARCH_ATTRIBUTES } from '../../watch/search-attributes.ts';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  // A worker that ends with its test answers for workflows that are gone.
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
});

/** The workflows, bundled once for the whole run by `bundle.ts`. */
export const workflowBundle = (): { readonly codePath: string } => ({ codePath: inject('workflowBundle') });

/**
 * The development server that all files share, where time is real. A namespace for each test keeps workflows of the same name
 * apart, and what a test leaves open disturbs no other.
 */
export async function realTime(client: Pick<ClientOptions, 'dataConverter'> = {}): Promise<TestWorkflowEnvironment> {
  const address = inject('temporalAddress');
  const namespace = `test-${randomUUID()}`;
  const env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace, client });
  await env.connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await registerSearchAttributes(env.connection, namespace);
  return env;
}

/**
 * Added to each sleep under skipped time. Workflows poll and wait for whole minutes. A test that wakes at that very moment may send a
 * message while the server hands out a poll; if the workflow then cancels the poll, the server never unlocks its clock.
 */
const ODD_MS = 13_000;

/**
 * A Temporal server on which months pass in seconds. Its clock is global, and what hangs in it
 * would hold up whatever comes next: one for each test, in a process that all files share.
 */
export async function timeSkipping(
  client: Pick<ClientOptions, 'dataConverter'> = {},
): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: inject('testServer') } as const;
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable }, client });
  const sleep = env.sleep.bind(env);
  env.sleep = (duration) => sleep(msToNumber(duration) + ODD_MS);
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
  bundle: WorkflowBundleOption = workflowBundle(),
): Promise<Worker> {
  const { dataConverter } = env.client.options;
  return Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue,
    workflowBundle: bundle,
    activities,
    // A cancellation arrives with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '200 ms',
    ...(dataConverter && { dataConverter }),
  });
}

/** How long a query may take. One that is lost stays so, one to a busy worker does not. */
const QUERY_MS = 20_000;

/**
 * Queries a workflow. The time-skipping server loses a query now and then: one that comes while a workflow task is worked on is
 * given to the worker before the server knows who asked (`onCommit` of TestWorkflowMutableStateImpl), and a quick
 * answer is lost. The test would wait for ever, since the clock of the server stands still meanwhile; so the query is repeated.
 */
export async function ask<T>(
  { client, connection }: TestWorkflowEnvironment,
  workflow: string,
  query: string,
): Promise<T> {
  for (let left = 5; ; left--) {
    try {
      return await connection.withDeadline(Date.now() + QUERY_MS, () =>
        client.workflow.getHandle(workflow).query<T>(query),
      );
    } catch (error) {
      if (left === 0 || !(isGrpcDeadlineError(error) || isGrpcCancelledError(error))) throw error;
    }
  }
}
