import type { Language, Phase } from './names.ts';
import type { Gate } from './gates/index.ts';
import type { PlanDiff, PlanRef } from './plan.ts';
import type { Proof } from './proof.ts';
import type { SignedWith } from './statement.ts';

/** Answer of the query `status`, below 64 KB: steps, gates, proofs, and the commands to type. */
export interface Status {
  readonly workflowId: string;
  /** Run id of its first run, which approvers sign; `signed`: whether verdicts must be signed. */
  readonly run?: string;
  readonly signed?: boolean;
  /** Who may decide, and who started it: the command line says at once whose verdict would not count. */
  readonly approvers?: readonly string[];
  readonly startedBy?: string;
  /** Zone and language of the site, in which screens show times; absent until the site is read. */
  readonly zone?: string;
  readonly language?: Language;
  /** Who aborted it, and why. */
  readonly aborted?: { readonly by: string; readonly reason: string };
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
  /** Refused messages, newest last, at most 50. */
  readonly refused: readonly RefusedMessage[];
  /** Accepted messages, newest last, at most 50. */
  readonly accepted: readonly AcceptedMessage[];
  /** The next timer: when it fires, and what happens then. */
  readonly next: { readonly at: string; readonly what: string } | null;
  /** The dates in effect (UTC), by their key in semester.yaml. */
  readonly dates?: Readonly<Record<string, string>>;
  /** What the workflow waits for, with the commands to type; empty while it needs no person. */
  readonly waitingFor: readonly Waiting[];
  /** Ids of child workflows; each has its own status. */
  readonly children: readonly string[];
  /** Exempt accounts, one line each. */
  readonly kept: readonly string[];
  /** After an abort: hosts whose logins are still closed. */
  readonly locked?: readonly string[];
  /** Excluded hosts of the site. */
  readonly excluded?: readonly string[];
  /** With an update: the state of each host. */
  readonly hosts?: HostTable;
}

/** Progress of a host's update. */
export type HostState =
  | 'waiting'
  | 'received'
  | 'prepared'
  | 'not-prepared'
  | 'at-work'
  | 'updated'
  | 'rolled-back'
  | 'failed'
  | 'not-permitted'
  | 'deferred';

export interface HostRow {
  readonly host: string;
  readonly state: HostState;
  /** The failure, or the summary of the proof. */
  readonly detail?: string;
}

/** The hosts of an update. `counts` covers all hosts; `rows` is limited and starts with hosts that need attention. */
export interface HostTable {
  /** Name of the image; null until it exists. */
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
  /** Complete commands to type. */
  readonly commands: readonly string[];
  /** No reminder before this instant. */
  readonly remindFrom?: string;
}

/** `failed`: the step ended with a failure that its caller handles. */
type StepState = 'running' | 'done' | 'attention' | 'skipped' | 'by-hand' | 'failed';

export interface StepStatus {
  readonly step: string;
  readonly phase: Phase;
  readonly state: StepState;
  readonly round: number;
  /** Whether later steps depend on it for safety; `skip` is refused then. */
  readonly safety: boolean;
  /** Why it needs attention. */
  readonly reason?: string;
  readonly proof?: Proof;
  readonly by?: string;
}

export interface GateStatus {
  readonly gate: Gate;
  readonly workflowId: string;
  /** Run id of the workflow's first run; part of the signed statement. */
  readonly run: string;
  /** Whether verdicts must be signed. If not, `by` is only a claim. */
  readonly signed: boolean;
  readonly round: number;
  /** `closed`: the question became obsolete, for example by new dates. */
  readonly state: 'open' | 'approved' | 'rejected' | 'empty' | 'done' | 'closed';
  readonly openedAt: string;
  readonly needed: number;
  readonly approvals: readonly {
    readonly by: string;
    readonly at: string;
    readonly comment?: string;
    readonly waive?: readonly string[];
    /** Absent: unsigned, so `by` is only a claim. */
    readonly signed?: SignedWith;
  }[];
  readonly rejectedBy?: { readonly by: string; readonly comment?: string; readonly signed?: SignedWith };
  readonly plan?: PlanRef;
  /** Difference from the previous round. */
  readonly diff?: PlanDiff;
  /** At hand gates: what to do. */
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
