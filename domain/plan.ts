import type { PlanGate } from './gates/index.ts';
import type { SiteView } from './site.ts';

/**
 * The plan of a gate. `binding` describes what is done to whom; the digest covers it. `observed` holds sizes and times;
 * it is shown, not compared.
 */
export interface Plan<B = unknown, O = unknown> {
  readonly gate: PlanGate;
  readonly binding: B;
  readonly observed: O;
}

/** A reference to a stored plan, with a summary for people. A few KB at most. */
export interface PlanRef {
  readonly gate: PlanGate;
  /** `sha256:` + hex of SHA-256 over the RFC 8785 JSON of `binding`. */
  readonly digest: string;
  /** One sentence: what will happen. */
  readonly headline: string;
  /** Named numbers: `{homes: 36, bytes: 123}`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first rows (at most 10), one line each. */
  readonly rows: readonly string[];
  /** Total number of rows. */
  readonly total: number;
  /** Exempt accounts and data, one line each: `prof — professor, until 2027-08-10`. */
  readonly kept: readonly string[];
  /** Warnings with their remedies. */
  readonly warnings: readonly string[];
  /** Names that each approval must waive; the step refuses otherwise. */
  readonly waivable: readonly string[];
  /** The text that the CLI asks the approver to type, e.g. `oloroso 36`. */
  readonly confirm: string;
  /** Nothing to do: the gate records that and does not ask. */
  readonly empty: boolean;
}

/** A plan, and the site on which it was made, with its approvers and quorum. */
export interface Planned {
  readonly plan: PlanRef;
  readonly site: SiteView;
  /** Whether approvers may skip the gate after a rejection. */
  readonly skippable: boolean;
}

/** The difference between two rounds of a gate, as lines: `+ eve`, `- mallory`, `~ zone: …`. */
export interface PlanDiff {
  readonly lines: readonly string[];
  readonly total: number;
}
