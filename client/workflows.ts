import { WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { Inspections } from '../activities/inspections.ts';
import { semesterWorkflowId, TASK_QUEUE } from '../domain/names.ts';
import type { Status } from '../domain/status.ts';
import { CliError, EXIT } from './exit.ts';
import { noWorkerSentence, pollers } from './pollers.ts';

/** `2027-spring` means the semester of that name; anything with a slash is a workflow's id as it is. */
export const workflowIdOf = (name: string): string => (name.includes('/') ? name : semesterWorkflowId(name));

export const handleOf = (client: Client, name: string): WorkflowHandle => client.workflow.getHandle(workflowIdOf(name));

/** Looks that measure every home; all others end within minutes. */
const LONG: ReadonlySet<keyof Inspections> = new Set(['doctor', 'rehearse']);

/**
 * Has the worker look at something, by a short workflow of its own.
 * @throws CliError (4) when no worker runs; (1) with the worker's own sentence when it could not look.
 */
export async function inspect<K extends keyof Inspections>(
  client: Client,
  kind: K,
  ask: Inspections[K]['ask'],
): Promise<Inspections[K]['answer']> {
  const seen = await pollers(client);
  if (!seen.polling) throw new CliError(EXIT.notFound, noWorkerSentence(seen));
  try {
    return await client.workflow.execute('inspect', {
      taskQueue: TASK_QUEUE,
      workflowId: `inspect/${kind}/${randomUUID()}`,
      workflowRunTimeout: LONG.has(kind) ? '12 hours' : '5 minutes',
      staticSummary: `semester: look at ${kind}`,
      args: [{ kind, ...ask }],
    });
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw new CliError(EXIT.failed, innermost(error));
    throw error;
  }
}

/** The sentence at the bottom of a chain of causes: the activity's own. */
export function innermost(error: Error): string {
  let inner = error;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.message;
}

/** A deadline that tells a workflow without a worker from one that is slow. */
const QUERY_MS = 6_000;
/** For who needs the answer: a worker that takes work, and is slow, gets so much longer. */
const SLOW_MS = 30_000;

/**
 * The query `status`; null when no worker answers it.
 * @throws WorkflowNotFoundError when there is no such workflow
 */
export async function queryStatus(client: Client, workflowId: string, withinMs = QUERY_MS): Promise<Status | null> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.connection.withDeadline(Date.now() + withinMs, () => handle.query<Status>('status'));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw error;
    if ((await pollers(client)).polling && !isDeadline(error)) throw error;
    return null;
  }
}

/** As `queryStatus`, asked again with more time while a worker takes work: it may only be slow. */
export async function demandStatus(client: Client, workflowId: string): Promise<Status | null> {
  const status = await queryStatus(client, workflowId);
  if (status !== null || !(await pollers(client)).polling) return status;
  return await queryStatus(client, workflowId, SLOW_MS);
}

function isDeadline(error: unknown): boolean {
  return error instanceof Error && /DEADLINE|CANCELLED|deadline|timed out|no poller/i.test(innermost(error));
}
