/** One event of a history in Temporal's JSON format. Only the fields that an audit reads are typed. */
export interface HistoryEvent {
  readonly eventId: string;
  readonly eventTime: string;
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

/** One run of one workflow. */
export interface Execution {
  readonly workflow: string;
  readonly run: string;
  readonly events: readonly HistoryEvent[];
}

/** The export of a semester for `semester audit`: one JSON file. */
export interface AuditExport {
  readonly format: 1;
  readonly semester: string;
  readonly workflow: string;
  readonly run: string;
  /** Time of the export, UTC: the histories end here. */
  readonly at: string;
  readonly executions: readonly Execution[];
  /** Every version of the allowed-signers file against which a signature was verified. */
  readonly allowedSigners: readonly { readonly digest: string; readonly text: string }[];
  /** SHA-256 over the RFC 8785 JSON of all other keys; the closing report names it. */
  readonly digest: string;
}

interface Payload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** The value of an event's first payload; undefined if there is none, or it is not JSON. */
export function firstValue(payloads: unknown): unknown {
  const [first] = (payloads as { payloads?: readonly Payload[] } | null)?.payloads ?? [];
  if (!first?.data) return undefined;
  try {
    return JSON.parse(Buffer.from(first.data, 'base64').toString()) as unknown;
  } catch {
    return undefined;
  }
}

type Attributes = Readonly<Record<string, unknown>>;

/** The attributes of an event of this kind; null for any other. */
export function attributesOf(event: HistoryEvent, kind: string): Attributes | null {
  return (event[`${kind}EventAttributes`] as Attributes | undefined) ?? null;
}

/** The input and result of one activity. */
export interface ActivityCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Undefined if the activity failed, was cancelled, or was running at the time of the export. */
  readonly result: unknown;
  /** Index of the scheduling event and of the completion event; Infinity without a completion. */
  readonly scheduledAt: number;
  readonly completedAt: number;
  /** When it was scheduled, and when it or its workflow ended, in whatever way; null: it runs. UTC. */
  readonly from: string;
  readonly until: string | null;
}

/** The ends of an activity and of a run. */
const ACTIVITY_ENDS = ['Completed', 'Failed', 'TimedOut', 'Canceled'] as const;
const RUN_ENDS = [...ACTIVITY_ENDS, 'Terminated', 'ContinuedAsNew'] as const;

/** All activities in a history, in scheduling order. */
export function activitiesIn(events: readonly HistoryEvent[]): readonly ActivityCall[] {
  const ends = new Map<string, { readonly result: unknown; readonly at: number; readonly time: string }>();
  for (const [at, event] of events.entries()) {
    const end = ACTIVITY_ENDS.find((how) => attributesOf(event, `activityTask${how}`) !== null);
    const done = end && attributesOf(event, `activityTask${end}`);
    if (!done) continue;
    const result = firstValue(done['result']);
    const completed = end === 'Completed' ? at : Infinity;
    ends.set(String(done['scheduledEventId']), { result, at: completed, time: event.eventTime });
  }
  const last = events.at(-1);
  const over = last !== undefined && RUN_ENDS.some((how) => attributesOf(last, `workflowExecution${how}`) !== null);
  return events.flatMap((event, at) => {
    const scheduled = attributesOf(event, 'activityTaskScheduled');
    if (!scheduled) return [];
    const end = ends.get(event.eventId);
    return {
      name: String((scheduled['activityType'] as { name?: string } | undefined)?.name),
      input: (firstValue(scheduled['input']) ?? {}) as Readonly<Record<string, unknown>>,
      result: end?.result,
      scheduledAt: at,
      completedAt: end?.at ?? Infinity,
      from: event.eventTime,
      until: end?.time ?? (over ? last.eventTime : null),
    };
  });
}

type Verified = { readonly allowedSigners?: string } | null;

/** Digests of the allowed-signers versions that verified a signature. */
export const signersIn = (events: readonly HistoryEvent[]): readonly string[] =>
  activitiesIn(events).flatMap(({ name, result }) => {
    const verified = (result ?? {}) as { signed?: Verified; facts?: { signedWith?: Verified } };
    const signed = {
      verifyApproval: verified.signed,
      judgeApplicants: verified.signed,
      passHandGate: verified.facts?.signedWith,
      passStart: verified.facts?.signedWith,
    }[name];
    return signed?.allowedSigners ? [signed.allowedSigners] : [];
  });

/** Child workflows that were started, by id and run. */
export const childrenIn = (events: readonly HistoryEvent[]): readonly { workflow: string; run: string }[] =>
  events.flatMap((event) => {
    const started = attributesOf(event, 'childWorkflowExecutionStarted');
    const { workflowId, runId } = (started?.['workflowExecution'] ?? {}) as { workflowId?: string; runId?: string };
    return workflowId && runId ? [{ workflow: workflowId, run: runId }] : [];
  });

/** The run id that a continue-as-new started; null if this run is the last. */
export function nextRunIn(events: readonly HistoryEvent[]): string | null {
  const last = events.at(-1);
  const next = last && attributesOf(last, 'workflowExecutionContinuedAsNew')?.['newExecutionRunId'];
  return typeof next === 'string' ? next : null;
}

/** The run that this one continues. */
export function previousRunIn([first]: readonly HistoryEvent[]): string | null {
  const previous = first && attributesOf(first, 'workflowExecutionStarted')?.['continuedExecutionRunId'];
  return typeof previous === 'string' && previous !== '' ? previous : null;
}
