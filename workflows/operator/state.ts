import { workflowInfo } from '@temporalio/workflow';
import type { DecisionResult, StepMessage, Decision } from '../../domain/messages.ts';
import type { Kept } from '../../domain/site.ts';
import type { AcceptedMessage, GateStatus, RefusedMessage, Status, StepStatus, Waiting } from '../../domain/status.ts';
import type { Fleet } from './host-table.ts';
import { appendCapped } from './lists.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A verdict on its way through the loop that verifies, records and counts. */
export interface Pending {
  readonly decision: Decision;
  outcome?: DecisionResult | { readonly refused: string };
}

/** All that a workflow knows of people: the one mutable object behind gates, steps, messages and `status`. */
export interface OperatorState {
  readonly kind: Status['kind'];
  /** Name that people type: `2027-spring`, or the workflow's id. */
  readonly name: string;
  readonly startedBy: string;
  phase: Status['phase'];
  paused: { readonly by: string; readonly reason: string; readonly since: string } | null;
  aborted: { readonly by: string; readonly reason: string } | null;
  approvers: readonly string[];
  exempt: Kept[];
  /** Rises with each `keep`, so that open gates plan again. */
  replanVersion: number;
  /** Hosts of the site that people have excluded. */
  excluded: readonly string[];
  remindEveryMs: number;
  /** Whether verdicts must be signed; so until the site says otherwise. */
  signed: boolean;
  webhook: boolean;
  readonly steps: Map<string, Writable<StepStatus>>;
  readonly gates: Map<string, Writable<GateStatus>>;
  readonly verdicts: Pending[];
  /** The newest retry, done or skip for each parked step or rejected gate. */
  readonly orders: Map<string, { readonly kind: 'retry' | 'done' | 'skip'; readonly message: StepMessage }>;
  readonly refused: RefusedMessage[];
  readonly accepted: AcceptedMessage[];
  next: Status['next'];
  dates: Readonly<Record<string, string>>;
  readonly waiting: Map<string, Waiting>;
  /** What running children wait for, by workflow id. */
  readonly children: Map<string, readonly Waiting[]>;
  readonly parent: string | null;
  /** Whether a signal to the parent is on its way. */
  notifyingParent: boolean;
  readonly granted: Map<string, { readonly applications: string | null }>;
  /** Of an update: how far each of its hosts is. */
  fleet: Fleet | null;
}

export function newOperatorState(
  a: Pick<OperatorState, 'kind' | 'name' | 'startedBy' | 'phase' | 'parent'>,
): OperatorState {
  return {
    ...a,
    paused: null,
    aborted: null,
    approvers: [],
    exempt: [],
    replanVersion: 0,
    excluded: [],
    remindEveryMs: 24 * 60 * 60 * 1000,
    signed: true,
    webhook: false,
    steps: new Map(),
    gates: new Map(),
    verdicts: [],
    orders: new Map(),
    refused: [],
    accepted: [],
    next: null,
    dates: {},
    waiting: new Map(),
    children: new Map(),
    notifyingParent: false,
    granted: new Map(),
    fleet: null,
  };
}

/** Now, as history knows it. */
export const now = () => new Date().toISOString();

export function recordRefused(state: OperatorState, message: string, by: unknown, reason: string): void {
  appendCapped(50, state.refused, { at: now(), message, by: typeof by === 'string' ? by.slice(0, 80) : '?', reason });
}

export function recordAccepted(state: OperatorState, message: string, by: string, detail: string): void {
  appendCapped(50, state.accepted, { at: now(), message, by, detail });
}

export const myId = () => workflowInfo().workflowId;

/** What approvers sign names this run: no verdict carries over to a later one of the same name. */
export const firstRun = () => workflowInfo().firstExecutionRunId;

/** Names this run's remote jobs: a semester that is started again under the same name never attaches to old ones. */
export const myRun = () => `${myId()}@${firstRun()}`;
