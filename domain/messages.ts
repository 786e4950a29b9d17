import type { Gate } from './gates/index.ts';
import type { Kept } from './site.ts';

/** One JSON object each: the Temporal UI and `temporal workflow signal` send a single payload. */

/** Argument of the signals `approve` and `reject`. */
export interface Verdict {
  readonly gate: Gate;
  /** How often the gate has asked; printed by `status`. */
  readonly round: number;
  /** The plan's digest, `sha256:…`; printed by `status`. At least its first 12 hex digits. */
  readonly digest: string;
  readonly by: string;
  /** What is let pass by name: people without a notice, missing proofs. */
  readonly waive?: readonly string[];
  readonly comment?: string;
  readonly signature?: string;
}

/** Argument of the update `decide`: what the CLI sends. */
export interface Decision extends Verdict {
  readonly verdict: 'approve' | 'reject';
}

/** Argument of the signals `retry`, `skip`, `abort`, `done`. `abort` needs no step. */
export interface StepMessage {
  readonly step: string;
  readonly by: string;
  readonly reason: string;
  /** With `done`: what was made by hand, e.g. the survey's URL at gate `form`. */
  readonly value?: string;
}

export interface AbortMessage {
  readonly by: string;
  readonly reason: string;
  readonly step?: string;
}

/** Argument of the signal `reschedule`: only what changes. Same notation as in semester.yaml. */
export interface Reschedule {
  readonly deadline?: string;
  readonly periodFrom?: string;
  readonly periodUntil?: string;
  readonly applicationsUntil?: string;
  readonly by: string;
  readonly reason: string;
}

export interface KeepMessage extends Kept {
  readonly by: string;
}

export interface PauseMessage {
  readonly by: string;
  readonly reason: string;
}

/** Argument of the signal `bounce`: the mails to an account, or to an address of the notice, came back. */
export interface BounceMessage {
  readonly who: string;
  readonly by: string;
}

/** Argument of the signal `resend`: one person gets the last notice again, which may not have arrived. */
export interface ResendMessage {
  readonly user: string;
  readonly by: string;
  readonly reason: string;
}

/** What `decide` answers. */
export interface DecisionResult {
  readonly gate: Gate;
  readonly round: number;
  readonly approvals: readonly string[];
  readonly needed: number;
  readonly state: 'waiting' | 'approved' | 'rejected';
}
