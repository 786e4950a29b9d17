import type { Gate } from './gates/index.ts';
import type { Exemption } from './site.ts';

/** Each message is one JSON object: the Temporal UI and `temporal workflow signal` send a single payload. */

/** Argument of the signals `approve` and `reject`. */
export interface Verdict {
  readonly gate: Gate;
  /** The gate's round, printed by `status`. */
  readonly round: number;
  /** The plan's digest, `sha256:…`; printed by `status`. At least its first 12 hex digits. */
  readonly digest: string;
  readonly by: string;
  /** Waivers: the names of people without a delivered notice. */
  readonly waive?: readonly string[];
  readonly comment?: string;
  readonly signature?: string;
}

/** Argument of the update `decide`, which the CLI sends. */
export interface Decision extends Verdict {
  readonly verdict: 'approve' | 'reject';
}

/** Argument of the signals `retry`, `skip`, `abort`, `done`. `abort` needs no step. */
export interface StepMessage {
  readonly step: string;
  readonly by: string;
  readonly reason: string;
  /** With `done`: the result of the work by hand, e.g. the survey's URL at gate `form`. */
  readonly value?: string;
  /** With `done` at a hand gate: the signature of a `DoneStatement`. */
  readonly signature?: string;
}

export interface AbortMessage {
  readonly by: string;
  readonly reason: string;
  readonly step?: string;
}

/** Argument of the signal `reschedule`: only the dates that change, in the notation of semester.yaml. */
export interface Reschedule {
  readonly deadline?: string;
  readonly periodFrom?: string;
  readonly periodUntil?: string;
  readonly applicationsUntil?: string;
  readonly by: string;
  readonly reason: string;
}

export interface KeepMessage extends Exemption {
  readonly by: string;
}

/** Argument of the signal `unkeep`: the account is no longer exempt in this workflow. */
export interface UnkeepMessage {
  readonly user: string;
  readonly by: string;
  readonly reason: string;
}

export interface PauseMessage {
  readonly by: string;
  readonly reason: string;
}

/** Argument of the signal `bounce`: the mails to an account, or to an address of the notice, bounced. */
export interface BounceMessage {
  readonly who: string;
  readonly by: string;
}

/** Argument of the signal `resend`: sends one person the last notice again, because it may not have arrived. */
export interface ResendMessage {
  readonly user: string;
  readonly by: string;
  readonly reason: string;
}

/** Result of the update `decide`. */
export interface DecisionResult {
  readonly gate: Gate;
  readonly round: number;
  readonly approvals: readonly string[];
  readonly needed: number;
  readonly state: 'waiting' | 'approved' | 'rejected';
}
