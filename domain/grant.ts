import type { Reach } from './gates/define.ts';
import type { HandGate, PlanGate } from './gates/index.ts';
import type { Phase } from './names.ts';
import type { SignedWith } from './statement.ts';

/** A workflow, named by its id and its first run: continue-as-new and reset keep that run. */
export interface FirstRun {
  readonly workflow: string;
  readonly run: string;
}

/** An approval as a workflow reports it. Without a signature it is a claim. */
export interface Claim {
  readonly by: string;
  readonly waive?: readonly string[];
  readonly comment?: string;
  readonly signature?: string;
}

/** What a passed gate permits. An activity writes it to the store after it has verified the approvals. */
export interface Grant extends FirstRun {
  readonly gate: PlanGate;
  readonly round: number;
  readonly digest: string;
  readonly activities: readonly string[];
  readonly reach: Reach;
  /** The names that each approval waives. */
  readonly waived: readonly string[];
  /** `key` is null for an unsigned claim. */
  readonly approvals: readonly { readonly by: string; readonly key: string | null }[];
  /** UTC. */
  readonly at: string;
  readonly until: string;
}

/** What a person reported at a hand gate. An activity writes it after it has verified who did. */
export interface HandGrant extends FirstRun {
  readonly gate: HandGate;
  readonly round: number;
  readonly by: string;
  /** The key of the signature; null for an unsigned claim. */
  readonly key: string | null;
  /** The result of the work, for example the fingerprint of a new host key. */
  readonly value: string | null;
  readonly at: string;
  /** UTC. */
  readonly until: string;
}

/** The start of a semester. It permits what a semester does before its first gate, and what it does after an empty plan. */
export interface StartGrant extends FirstRun {
  readonly by: string;
  readonly from: Phase | null;
  /** The key of the signature; null for an unsigned claim. */
  readonly key: string | null;
  readonly at: string;
  /** UTC; the reopening ends it. */
  readonly until: string;
}

declare module './proof.ts' {
  interface ProofFacts {
    /** Enough different people approved the plan. `signed`: each of them with an own key. */
    grant: {
      readonly gate: string;
      readonly round: number;
      readonly signed: boolean;
      readonly until: string;
      /** At a hand gate: the key of the report, for the audit; null if the report is not signed. */
      readonly signedWith?: SignedWith | null;
    };
    /** Who started the semester. `signed`: their key says so. */
    started: {
      readonly by: string;
      readonly signed: boolean;
      /** The key of the signature, for the audit; null if the start is not signed. */
      readonly signedWith?: SignedWith | null;
    };
  }
}
