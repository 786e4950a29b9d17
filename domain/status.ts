import type { Phase } from './names.ts';
import type { Gate } from './gates/index.ts';
import type { PlanDiff, PlanRef } from './plan.ts';
import type { Proof } from './proof.ts';
import type { SignedWith } from './statement.ts';

/** Answer of the query `status`; below 64 KB. Names steps, gates, proofs, and what to type. */
export interface Status {
  readonly workflowId: string;
  /** Run id of its first run, which approvers sign, and whether what they say must be signed. */
  readonly run?: string;
  readonly signed?: boolean;
  readonly kind:
    | 'semester'
    | 'update'
    | 'applications'
    | 'host'
    | 'site'
    | 'restore'
    | 'exclude'
    | 'publish'
    | 'docker'
    | 'rollback';
  readonly phase: Phase | 'waiting-for-site' | 'report' | 'done' | 'aborted' | 'idle';
  readonly paused: boolean;
  readonly steps: readonly StepStatus[];
  readonly gates: readonly GateStatus[];
  /** Messages that could not count, newest last, at most 50. */
  readonly refused: readonly RefusedMessage[];
  /** Actions that did count, newest last, at most 50. */
  readonly accepted: readonly AcceptedMessage[];
  /** The next thing a timer will do. */
  readonly next: { readonly at: string; readonly what: string } | null;
  /** The dates that it goes by (UTC), by their key in semester.yaml. */
  readonly dates?: Readonly<Record<string, string>>;
  /** What it waits for and what to type, one item each; empty when it works by itself. */
  readonly waitingFor: readonly Waiting[];
  /** Ids of child workflows, which have a status of their own. */
  readonly children: readonly string[];
  readonly kept: readonly string[];
  /** Hosts that people have excluded. */
  readonly excluded?: readonly string[];
  /** Of an update: its hosts by image. */
  readonly hosts?: HostTable;
}

/** How far a host is on its way into an image. */
export type HostState =
  | 'waiting'
  | 'received'
  | 'prepared'
  | 'not-prepared'
  | 'at-work'
  | 'updated'
  | 'rolled-back'
  | 'failed'
  | 'deferred';

export interface HostRow {
  readonly host: string;
  readonly state: HostState;
  /** Why it is not well; what it was proven to run. */
  readonly detail?: string;
}

/** Hosts by image, short enough for a thousand of them: all are counted, those that need somebody come first. */
export interface HostTable {
  /** What they get; null while it is not made yet. */
  readonly image: string | null;
  readonly leader: string;
  readonly counts: Readonly<Partial<Record<HostState, number>>>;
  readonly rows: readonly HostRow[];
}

export interface Waiting {
  /** `gate:wipe`, `attention:backup`, `host:asahi`, `site` */
  readonly key: string;
  readonly since: string;
  readonly sentence: string;
  /** Commands to type, complete. */
  readonly commands: readonly string[];
}

/** `failed`: it was tried, it did not work, and whoever asked for it goes on from there. */
type StepState = 'running' | 'done' | 'attention' | 'skipped' | 'by-hand' | 'failed';

export interface StepStatus {
  readonly step: string;
  readonly phase: Phase;
  readonly state: StepState;
  readonly round: number;
  /** Whether safety rests on it, so that `skip` is refused. */
  readonly safety: boolean;
  /** Why it is parked. */
  readonly reason?: string;
  readonly proof?: Proof;
  readonly by?: string;
}

export interface GateStatus {
  readonly gate: Gate;
  readonly workflowId: string;
  /** Run id of the workflow's first run: a part of what approvers sign. */
  readonly run: string;
  /** Whether verdicts here must be signed. Where they need not be, `by` is only a claim. */
  readonly signed: boolean;
  readonly round: number;
  /** `closed`: what it asked about has been overtaken, by new dates for example. */
  readonly state: 'open' | 'approved' | 'rejected' | 'empty' | 'done' | 'closed';
  readonly openedAt: string;
  readonly needed: number;
  readonly approvals: readonly {
    readonly by: string;
    readonly at: string;
    readonly comment?: string;
    readonly waive?: readonly string[];
    /** Absent: nobody has proven that it was them. */
    readonly signed?: SignedWith;
  }[];
  readonly rejectedBy?: { readonly by: string; readonly comment?: string; readonly signed?: SignedWith };
  readonly plan?: PlanRef;
  /** Against the round before. */
  readonly diff?: PlanDiff;
  /** For gates done by hand: what to do. */
  readonly instructions?: string;
}

export interface RefusedMessage {
  readonly at: string;
  readonly message: string;
  readonly by: string;
  readonly reason: string;
}

export interface AcceptedMessage {
  readonly at: string;
  readonly message: string;
  readonly by: string;
  readonly detail: string;
}
