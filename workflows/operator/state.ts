import { workflowInfo } from '@temporalio/workflow';
import type { DecisionResult, StepMessage, Decision } from '../../domain/messages.ts';
import type { Language } from '../../domain/names.ts';
import type { Exemption } from '../../domain/site.ts';
import type { AcceptedMessage, GateStatus, RefusedMessage, Status, StepStatus, Waiting } from '../../domain/status.ts';
import type { Fleet } from './host-table.ts';
import { appendCapped } from './lists.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A verdict in the queue of `countVerdicts`, with its outcome once it is counted. */
export interface Pending {
  readonly decision: Decision;
  outcome?: DecisionResult | { readonly refused: string };
}

/** The mutable state behind gates, steps, messages and `status`. */
export interface OperatorState {
  readonly kind: Status['kind'];
  /** Name that people type: `2027-spring`, or the workflow's id. */
  readonly name: string;
  readonly startedBy: string;
  phase: Status['phase'];
  paused: { readonly by: string; readonly reason: string; readonly since: string } | null;
  aborted: { readonly by: string; readonly reason: string } | null;
  /** Null until the site is read. */
  approvers: readonly string[] | null;
  /** Messages that wait until the approvers are known, in the order of their arrival. */
  readonly early: (() => void)[];
  exempt: Exemption[];
  /** Rises with each message that changes plans (`keep`, `bounce`, `judge`): open gates then plan again. */
  replanVersion: number;
  /** After an abort: hosts whose logins are still closed. */
  locked: readonly string[];
  /** Excluded hosts of the site. */
  excluded: readonly string[];
  remindEveryMs: number;
  /** Zone and language of the site; null until it is read. */
  zone: string | null;
  language: Language | null;
  /** Whether verdicts must be signed; true until the site is read. */
  signed: boolean;
  webhook: boolean;
  readonly steps: Map<string, Writable<StepStatus>>;
  readonly gates: Map<string, Writable<GateStatus>>;
  readonly verdicts: Pending[];
  /** Signatures of approvals, by `signatureKey`. `status` does not show them. */
  readonly signatures: Map<string, string>;
  /** The newest retry, done or skip for each parked step or rejected gate. */
  readonly orders: Map<string, { readonly kind: 'retry' | 'done' | 'skip'; readonly message: StepMessage }>;
  readonly refused: RefusedMessage[];
  readonly accepted: AcceptedMessage[];
  next: Status['next'];
  dates: Readonly<Record<string, string>>;
  /** The first day of the wipe, in the site's zone; null where there is none. */
  wipeFrom: string | null;
  readonly waiting: Map<string, Waiting>;
  /** What running children wait for, by workflow id. */
  readonly children: Map<string, readonly Waiting[]>;
  readonly parent: string | null;
  /** Whether a signal to the parent is being sent. */
  notifyingParent: boolean;
  readonly granted: Map<string, { readonly applications: string | null }>;
  /** With an update: the progress of its hosts. */
  fleet: Fleet | null;
}

export function newOperatorState(
  a: Pick<OperatorState, 'kind' | 'name' | 'startedBy' | 'phase' | 'parent' | 'approvers'>,
): OperatorState {
  return {
    ...a,
    paused: null,
    aborted: null,
    early: [],
    exempt: [],
    replanVersion: 0,
    locked: [],
    excluded: [],
    zone: null,
    language: null,
    remindEveryMs: 24 * 60 * 60 * 1000,
    signed: true,
    webhook: false,
    steps: new Map(),
    gates: new Map(),
    verdicts: [],
    signatures: new Map(),
    orders: new Map(),
    refused: [],
    accepted: [],
    next: null,
    dates: {},
    wipeFrom: null,
    waiting: new Map(),
    children: new Map(),
    notifyingParent: false,
    granted: new Map(),
    fleet: null,
  };
}

/** Ends the questions of open gates, because nothing follows a verdict any more. */
export function closeGates({ gates }: OperatorState): void {
  for (const gate of gates.values()) if (gate.state === 'open') gate.state = 'closed';
}

/** Why a verdict is refused after an abort; null: the workflow goes on. */
export const abortRefusal = ({ aborted }: OperatorState): string | null =>
  aborted && `${aborted.by} has aborted this workflow: ${aborted.reason}`;

/** The workflow's current time, UTC ISO-8601. */
export const now = () => new Date().toISOString();

/** Characters of a message's result in `status`. */
const MOST_SHOWN = 500;

export function recordRefused(state: OperatorState, message: string, by: unknown, reason: string): void {
  appendCapped(50, state.refused, {
    at: now(),
    message,
    by: typeof by === 'string' ? by.slice(0, 80) : '?',
    reason: reason.slice(0, MOST_SHOWN),
  });
}

export function recordAccepted(state: OperatorState, message: string, by: string, detail: string): void {
  appendCapped(50, state.accepted, { at: now(), message, by, detail: detail.slice(0, MOST_SHOWN) });
}

/** Names an approval in one round of a gate. */
export const signatureKey = (gate: string, round: number, by: string) => JSON.stringify([gate, round, by]);

export const myId = () => workflowInfo().workflowId;

/**
 * Run id of the first run. Signed statements contain it: a verdict is not valid for a later workflow of the same name.
 */
export const firstRun = () => workflowInfo().firstExecutionRunId;

/** Prefix of remote jobs: a semester that is started again under the same name never attaches to old jobs. */
export const myRun = () => `${myId()}@${firstRun()}`;
