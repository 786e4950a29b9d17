import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { Inspections } from '../activities/inspections.ts';
import { semesterWorkflowId, TASK_QUEUE } from '../domain/names.ts';
import type { Status } from '../domain/status.ts';
import { CliError, EXIT } from './exit.ts';
import { noWorkerSentence, pollers } from './pollers.ts';
import { failingTask, stuckSentence } from '../watch/runs.ts';

/** The workflow id of a semester's name (`2027-spring`); a name with a slash is already an id. */
export const workflowIdOf = (name: string): string => (name.includes('/') ? name : semesterWorkflowId(name));

export const handleOf = (client: Client, name: string): WorkflowHandle => client.workflow.getHandle(workflowIdOf(name));

/** Inspections that measure every home; all others end within minutes. */
const LONG_INSPECTIONS: ReadonlySet<keyof Inspections> = new Set(['doctor', 'rehearse']);

/**
 * Runs an inspection on the worker, in a short workflow of its own.
 * @throws CliError (4) when no worker runs; (1) with the message of the activity when the inspection fails
 */
export async function inspect<K extends keyof Inspections>(
  client: Client,
  kind: K,
  ask: Inspections[K]['ask'],
  workflowId = `inspect/${kind}/${randomUUID()}`,
): Promise<Inspections[K]['answer']> {
  const workers = await pollers(client);
  if (!workers.polling) throw new CliError(EXIT.notFound, noWorkerSentence(workers));
  try {
    return await client.workflow.execute('inspect', {
      taskQueue: TASK_QUEUE,
      workflowId,
      workflowRunTimeout: LONG_INSPECTIONS.has(kind) ? '12 hours' : '5 minutes',
      staticSummary: `semester: inspect ${kind}`,
      args: [{ kind, ...ask }],
    });
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw new CliError(EXIT.failed, innermost(error));
    throw error;
  }
}

/** Deletes an inspection that has answered. A namespace that does not permit this keeps it until its retention ends. */
export async function deleteInspection(client: Client, workflowId: string): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService
    .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } })
    .catch(() => undefined);
}

/** The message of the innermost cause: that of the activity. */
export function innermost(error: Error): string {
  let inner = error;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.message;
}

/** Without an answer for so long, the workflow counts as one without a worker. */
const QUERY_MS = 6_000;
/** The longer limit of a second query, for a worker that polls but is slow. */
const SLOW_MS = 30_000;

/**
 * The query `status`; null when no worker answers it.
 * @throws WorkflowNotFoundError when there is no such workflow; CliError (6) when its workflow task fails
 */
export async function queryStatus(client: Client, workflowId: string, withinMs = QUERY_MS): Promise<Status | null> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.connection.withDeadline(Date.now() + withinMs, () => handle.query<Status>('status'));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw error;
    if (isRefusedByState(error)) throw (await stuckError(client, workflowId)) ?? error;
    if ((await pollers(client)).polling && !isDeadline(error)) throw error;
    return null;
  }
}

/** Like `queryStatus`, but queries a second time with a longer limit if a worker polls. */
export async function queryStatusPatiently(client: Client, workflowId: string): Promise<Status | null> {
  const status = await queryStatus(client, workflowId);
  if (status !== null || !(await pollers(client)).polling) return status;
  return await queryStatus(client, workflowId, SLOW_MS);
}

/** The code of gRPC. */
const FAILED_PRECONDITION = 9;

/** Temporal answers no query of a run whose workflow task fails. */
const isRefusedByState = (error: unknown): boolean =>
  error instanceof Error && isGrpcServiceError(error.cause) && error.cause.code === FAILED_PRECONDITION;

/** The error of a run that is stuck: since when, why, and what to type; null if its workflow task does not fail. */
export async function stuckError(client: Client, workflowId: string): Promise<CliError | null> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const failing = await failingTask(client, raw);
  return (
    failing && new CliError(EXIT.stuck, `${stuckSentence(workflowId, failing)}. Type: semester repair ${workflowId}`)
  );
}

/** How often a run that does not answer an update is looked at. */
const STUCK_EVERY_MS = 3_000;

/** The answer of an update. Without this, an update of a run whose workflow task fails waits for ever. @throws CliError (6) */
export async function unlessStuck<T>(client: Client, workflowId: string, answer: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const watch = async (): Promise<never> => {
    for (;;) {
      await sleep(STUCK_EVERY_MS, null, { signal: ended.signal });
      const stuck = await stuckError(client, workflowId);
      if (stuck) throw stuck;
    }
  };
  try {
    return await Promise.race([answer, watch()]);
  } finally {
    ended.abort();
  }
}

function isDeadline(error: unknown): boolean {
  return error instanceof Error && /DEADLINE|CANCELLED|deadline|timed out|no poller/i.test(innermost(error));
}
