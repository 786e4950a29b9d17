import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Status } from '../domain/status.ts';
import { PayloadKeyMissing } from '../codec/cipher.ts';
import { CliError, EXIT } from './exit.ts';
import { innermost, queryStatus } from './workflows.ts';
import { pollers, type Pollers } from './pollers.ts';

/** An activity that is being done, or waits for its next attempt. */
export interface PendingActivity {
  readonly name: string;
  readonly attempt: number;
  /** The last attempt's failure, in the activity's own words. */
  readonly lastFailure: string | null;
  /** What it said last of its progress. */
  readonly heartbeat: unknown;
  /** When the next attempt is due, UTC ISO-8601; null while it runs. */
  readonly nextAttempt: string | null;
}

/** What can be known of a workflow and of its running children. */
export interface Report {
  readonly workflowId: string;
  readonly type: string;
  /** RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, … */
  readonly state: string;
  readonly startedAt: string;
  readonly closedAt: string | null;
  /** Null when no worker answers: then `memo` says what was awaited last, and in which phase. */
  readonly status: Status | null;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly activities: readonly PendingActivity[];
  readonly children: readonly Report[];
}

export interface FullReport extends Report {
  readonly worker: Pollers;
}

const phaseKey = defineSearchAttributeKey('SemesterPhase', SearchAttributeType.KEYWORD);

type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

function instant(time: Timestamp): string | null {
  if (!time?.seconds) return null;
  return new Date(Number(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1e6)).toISOString();
}

async function reportOne(client: Client, workflowId: string, ask: boolean): Promise<Report> {
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
  const [status, ...children] = await Promise.all([
    ask ? queryStatus(client, workflowId) : null,
    ...childIds.map((id) => reportOne(client, id, ask)),
  ]);
  return {
    workflowId,
    type: described.type,
    state: described.status.name,
    startedAt: described.startTime.toISOString(),
    closedAt: described.closeTime?.toISOString() ?? null,
    status,
    memo: { phase: described.typedSearchAttributes.get(phaseKey), ...described.memo },
    activities,
    children,
  };
}

/**
 * The query `status`, the pending activities with attempts, last failures and heartbeats, and the same of each running
 * child. Where no worker polls, nobody is asked, and the memo is what there is.
 * @throws WorkflowNotFoundError
 */
export async function fullReport(client: Client, workflowId: string): Promise<FullReport> {
  const worker = await pollers(client);
  const report = await reportOne(client, workflowId, worker.polling);
  // One that ended a moment ago is still among the pollers, but answers nothing.
  return { ...report, worker: { ...worker, polling: worker.polling && report.status !== null } };
}

/**
 * Where the key is missing: says of the workflow what Temporal itself knows, and what to set.
 * @throws CliError (2) for a missing key; any other error as it is
 */
export async function explainLocked(client: Client, workflowId: string, error: unknown): Promise<never> {
  if (!(error instanceof PayloadKeyMissing)) throw error;
  const { namespace } = client.options;
  const { workflowExecutionInfo: info } = await client.workflowService.describeWorkflowExecution({
    namespace,
    execution: { workflowId },
  });
  // Phase and keys of what is awaited are search attributes, which are never encrypted.
  const attributes = Object.entries(info?.searchAttributes?.indexedFields ?? {}).map(
    ([name, payload]) => `${name} ${JSON.stringify(defaultPayloadConverter.fromPayload(payload))}`,
  );
  const known = info?.closeTime ? `ended at ${instant(info.closeTime)}` : `runs since ${instant(info?.startTime)}`;
  throw new CliError(EXIT.usage, [`${workflowId} ${known}`, ...attributes].join(', ') + `. ${error.message}`);
}
