import type { Client } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';
import PQueue from 'p-queue';
import { instant } from './instant.ts';

type Described = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;
type Failure = temporal.api.failure.v1.IFailure | null | undefined;
type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Why a run makes no progress until its code or its history is repaired. */
export interface Stuck {
  /** 0: it is not tried yet, but the worker was started without the run. */
  readonly attempt: number;
  /** Time of the first failure, UTC; null if there was none yet. */
  readonly since: string | null;
  readonly cause: string;
}

/** A workflow task that fails again and again. Its cause: the words of the SDK, cut to 300 characters. */
export interface FailingTask extends Stuck {
  readonly since: string;
}

/** What an open run waits for, from its memo. */
interface WaitingEntry {
  /** `gate:wipe`, `attention:backup`, `holder` */
  readonly key: string;
  /** UTC. */
  readonly since: string;
}

/** An open run, as Temporal describes it without asking a worker. */
export interface OpenRun {
  readonly workflowId: string;
  readonly type: string;
  readonly failing: FailingTask | null;
  /** Null if the memo cannot be decrypted. */
  readonly waiting: readonly WaitingEntry[] | null;
}

/** The first attempts may fail while a worker restarts. */
const FAILING_FROM = 3;
const AT_ONCE = 10;
const CAUSE_LENGTH = 300;
/** Events of one page. */
const LAST_EVENTS = 100;

/** The open runs of a namespace. @throws ServiceError if Temporal does not answer */
export async function openRuns(client: Client): Promise<readonly OpenRun[]> {
  const { namespace } = client.options;
  const runs: { workflowId: string; runId: string }[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace,
      query: "ExecutionStatus = 'Running'",
      pageSize: 500,
      ...(nextPageToken && { nextPageToken }),
    });
    for (const { execution } of page.executions ?? [])
      runs.push({ workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' });
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  const queue = new PQueue({ concurrency: AT_ONCE });
  const seen = await Promise.all(runs.map((execution) => queue.add(() => look(client, execution))));
  return seen.filter((run) => run !== null && run !== undefined);
}

async function look(client: Client, execution: { workflowId: string; runId: string }): Promise<OpenRun | null> {
  const { namespace } = client.options;
  const described = await client.workflowService.describeWorkflowExecution({ namespace, execution });
  // It has ended since the list was made.
  if (described.workflowExecutionInfo?.closeTime) return null;
  return {
    workflowId: execution.workflowId,
    type: described.workflowExecutionInfo?.type?.name ?? '?',
    failing: await failingTask(client, described),
    waiting: await waitingIn(client, described),
  };
}

/**
 * Why the workflow task of a described run fails; null if it does not.
 * @throws ServiceError if Temporal does not answer
 */
export async function failingTask(client: Client, described: Described): Promise<FailingTask | null> {
  const { attempt = 0, originalScheduledTime, scheduledTime } = described.pendingWorkflowTask ?? {};
  if (attempt === null || attempt < FAILING_FROM) return null;
  const ofTask = await lastOfTask(client, described);
  const failed = ofTask?.workflowTaskFailedEventAttributes;
  if (!failed && !ofTask?.workflowTaskTimedOutEventAttributes) return null;
  return {
    attempt,
    since: instant(ofTask?.eventTime) ?? instant(originalScheduledTime ?? scheduledTime) ?? new Date().toISOString(),
    cause: failed ? await causeOf(client, failed.failure) : UNREPORTED,
  };
}

/** A worker reports the failure of the first attempt only. Where that one timed out, the history does not say why the others fail. */
const UNREPORTED = "a worker takes it and does not end it; the worker's log says why";

async function causeOf(client: Client, failure: Failure): Promise<string> {
  const cause = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure).catch(
    (error: unknown) => error,
  );
  return (cause instanceof Error ? cause.message : 'unknown cause').replace(/\s+/g, ' ').slice(0, CAUSE_LENGTH);
}

/** The last end of a workflow task. What arrived since is written after it: a message of a person, or a thousand of a program. */
async function lastOfTask(client: Client, described: Described): Promise<HistoryEvent | undefined> {
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: described.workflowExecutionInfo?.execution ?? null,
      maximumPageSize: LAST_EVENTS,
      ...(nextPageToken && { nextPageToken }),
    });
    const found = page.history?.events?.find(
      (event) =>
        event.workflowTaskFailedEventAttributes ??
        event.workflowTaskTimedOutEventAttributes ??
        event.workflowTaskCompletedEventAttributes,
    );
    if (found) return found;
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return undefined;
}

/** Why a run is stuck whose next event will fail. */
export const LEFT_OUT = 'the worker was started without it (--without), as it does not replay on this version';

/** What is wrong with a stuck run: since when, and why. */
export const stuckSentence = (workflowId: string, { since, attempt, cause }: Stuck): string =>
  attempt === 0
    ? `${workflowId} is stuck: ${cause}`
    : `${workflowId} is stuck since ${since}: its workflow task failed ${attempt} times: ${cause}`;

async function waitingIn(client: Client, described: Described): Promise<OpenRun['waiting']> {
  const payload = described.workflowExecutionInfo?.memo?.fields?.['waitingFor'];
  if (!payload) return [];
  try {
    const [waiting] = await decodeArrayFromPayloads(client.options.loadedDataConverter, [payload]);
    return Array.isArray(waiting) ? (waiting as WaitingEntry[]) : [];
  } catch {
    return null;
  }
}
