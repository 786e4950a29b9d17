import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';
import type { Status } from '../domain/status.ts';
import { PayloadKeyMissing } from '../codec/cipher.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { innermost, queryStatus } from './workflows.ts';
import { markOf, pollers, type Pollers } from './pollers.ts';
import { instant } from '../watch/instant.ts';
import { failingTask, LEFT_OUT, type Stuck } from '../watch/runs.ts';

/** An activity that runs or waits for its next attempt. */
export interface PendingActivity {
  readonly name: string;
  readonly attempt: number;
  /** The failure message of the last attempt; null if none failed. */
  readonly lastFailure: string | null;
  /** The details of the last heartbeat. */
  readonly heartbeat: unknown;
  /** When the next attempt is due, UTC ISO-8601; null while it runs. */
  readonly nextAttempt: string | null;
}

/** The state of a workflow and of its running children. */
export interface Report {
  readonly workflowId: string;
  readonly type: string;
  /** RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, … */
  readonly state: string;
  readonly startedAt: string;
  readonly closedAt: string | null;
  /** The versions of the workers that worked on it first and last; null if they reported none, or Temporal no longer has its first run. */
  readonly versions: { readonly started: string | null; readonly last: string | null };
  /** Null when no worker answers: then `memo` holds the last phase and what the workflow waited for. */
  readonly status: Status | null;
  readonly memo: Readonly<Record<string, unknown>>;
  /** Why it makes no progress; null if it does. */
  readonly stuck: Stuck | null;
  readonly activities: readonly PendingActivity[];
  readonly children: readonly Report[];
}

export interface FullReport extends Report {
  readonly worker: Pollers;
}

type Described = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

const phaseKey = defineSearchAttributeKey('SemesterPhase', SearchAttributeType.KEYWORD);

async function reportOn(client: Client, workflowId: string, worker: Pollers): Promise<Report> {
  const described = await client.workflow.getHandle(workflowId).describe();
  const converter = client.options.loadedDataConverter;
  const raw = described.raw;
  const activities = await Promise.all(
    (raw.pendingActivities ?? []).map(async (pending): Promise<PendingActivity> => {
      const failure = await decodeOptionalFailureToOptionalError(converter, pending.lastFailure);
      const [heartbeat] = await decodeArrayFromPayloads(converter, pending.heartbeatDetails?.payloads);
      return {
        name: pending.activityType?.name ?? '?',
        attempt: pending.attempt ?? 1,
        lastFailure: failure ? innermost(failure) : null,
        heartbeat: heartbeat ?? null,
        nextAttempt: instant(pending.nextAttemptScheduleTime),
      };
    }),
  );
  const childIds = (raw.pendingChildren ?? []).flatMap((child) => child.workflowId ?? []);
  // Temporal lists a worker for a while after its end: the one that polled last decides.
  const isLeftOut =
    described.closeTime === undefined && worker.workers[0]?.without.includes(markOf(workflowId)) === true;
  const failing = await failingTask(client, raw);
  let stuck: Stuck | null = isLeftOut
    ? { attempt: failing?.attempt ?? 0, since: failing?.since ?? null, cause: LEFT_OUT }
    : failing;
  const askStatus = async () => {
    // A query of a run whose workflow task fails gets no answer.
    if (!worker.polling || stuck !== null) return null;
    try {
      return await queryStatus(client, workflowId);
    } catch (error) {
      // It failed once more since it was described.
      if (!(error instanceof CliError) || error.code !== EXIT.stuck) throw error;
      stuck = await failingTask(client, (await client.workflow.getHandle(workflowId).describe()).raw);
      return null;
    }
  };
  const [versions, status, ...children] = await Promise.all([
    versionsOf(client, raw),
    askStatus(),
    ...childIds.map((id) => reportOn(client, id, worker)),
  ]);
  return {
    workflowId,
    type: described.type,
    state: described.status.name,
    startedAt: described.startTime.toISOString(),
    closedAt: described.closeTime?.toISOString() ?? null,
    versions,
    status,
    memo: { phase: described.typedSearchAttributes.get(phaseKey), ...described.memo },
    stuck,
    activities,
    children,
  };
}

/** Temporal writes the version of the worker into each workflow task that it completes. */
async function versionsOf(client: Client, { workflowExecutionInfo: info }: Described): Promise<Report['versions']> {
  const { namespace } = client.options;
  const workflowId = info?.execution?.workflowId ?? '';
  const versionIn = (history: temporal.api.history.v1.IHistory | null | undefined) =>
    history?.events?.flatMap((event) => event.workflowTaskCompletedEventAttributes?.workerVersion?.buildId ?? [])[0];
  const first = { workflowId, runId: info?.firstRunId || (info?.execution?.runId ?? '') };
  const [started, last] = await Promise.all([
    client.workflowService
      .getWorkflowExecutionHistory({ namespace, execution: first, maximumPageSize: FEW_EVENTS })
      .then(({ history }) => versionIn(history))
      // A run that continued as new may be older than the namespace's retention.
      .catch(() => undefined),
    client.workflowService
      .getWorkflowExecutionHistoryReverse({
        namespace,
        execution: info?.execution ?? null,
        maximumPageSize: SOME_EVENTS,
      })
      .then(({ history }) => versionIn(history)),
  ]);
  return { started: started ?? null, last: last ?? started ?? null };
}

/** The first workflow task is among the first events; the last one may lie behind what activities and messages added. */
const FEW_EVENTS = 10;
const SOME_EVENTS = 100;

/**
 * Reads the query `status` and the pending activities with attempts, last failures and heartbeats, of the workflow and of
 * each running child. Without a worker, skips the query; the memo remains.
 * @throws WorkflowNotFoundError
 */
export async function fullReport(client: Client, workflowId: string): Promise<FullReport> {
  const worker = await pollers(client);
  const report = await reportOn(client, workflowId, worker);
  // Temporal still lists a worker that ended a moment ago, and its query gets no answer.
  return {
    ...report,
    worker: { ...worker, polling: worker.polling && (report.status !== null || report.stuck !== null) },
  };
}

/** Whether a waiting entry is one that people answer: not one for a host, the site or its holder. */
const isForPeople = ({ key }: { readonly key: string }) => !/^(host|site)\/|^holder$/.test(key);

/** What the report says in one number: the exit code of `status`. */
export function exitCodeOf(report: FullReport): ExitCode {
  const all = (one: Report): readonly Report[] => [one, ...one.children.flatMap(all)];
  const reports = all(report);
  if (report.closedAt !== null) return EXIT.ok;
  if (reports.some(({ stuck }) => stuck !== null)) return EXIT.stuck;
  if (!report.worker.polling) return EXIT.noWorker;
  const waits = reports.some(({ status }) => status?.waitingFor.some(isForPeople));
  return waits ? EXIT.waits : EXIT.ok;
}

/**
 * Turns a missing payload key into an error that holds what Temporal stores in clear, and what to set.
 * @throws CliError (2) for a missing key; any other error unchanged
 */
export async function explainMissingKey(client: Client, workflowId: string, error: unknown): Promise<never> {
  if (!(error instanceof PayloadKeyMissing)) throw error;
  const { namespace } = client.options;
  const { workflowExecutionInfo: info } = await client.workflowService.describeWorkflowExecution({
    namespace,
    execution: { workflowId },
  });
  // Search attributes are never encrypted: phase, and keys of what the workflow waits for.
  const attributes = Object.entries(info?.searchAttributes?.indexedFields ?? {}).map(
    ([name, payload]) => `${name} ${JSON.stringify(defaultPayloadConverter.fromPayload(payload))}`,
  );
  const known = info?.closeTime ? `ended at ${instant(info.closeTime)}` : `runs since ${instant(info?.startTime)}`;
  throw new CliError(EXIT.usage, [`${workflowId} ${known}`, ...attributes].join(', ') + `. ${error.message}`);
}
