import type { PlanGate } from './gates/index.ts';
import type { SiteView } from './site.ts';

/**
 * What a gate decides on. `binding` is what will be done, to whom, and is what the digest covers; `observed` is what
 * was seen (bytes, times) and is shown, not compared.
 */
export interface Plan<B = unknown, O = unknown> {
  readonly gate: PlanGate;
  readonly binding: B;
  readonly observed: O;
}

/** A plan as workflows carry it: by digest, with what a person needs at a glance. A few KB at most. */
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
  /** How many rows there are in all. */
  readonly total: number;
  /** Who and what is kept, one line each: `prof — professor, until 2027-08-10`. */
  readonly kept: readonly string[];
  /** What a careful person should read first, with the remedy. */
  readonly warnings: readonly string[];
  /** What must be waived by name in the approval, or the step will refuse. */
  readonly waivable: readonly string[];
  /** What the CLI asks to type, e.g. `oloroso 36`. */
  readonly confirm: string;
  /** Nothing to do: the gate is passed without asking, and that is recorded. */
  readonly empty: boolean;
}

/** A plan, and the site on which it was made: who decides on it, and how many it takes. */
export interface Planned {
  readonly plan: PlanRef;
  readonly site: SiteView;
  /** Whether approvers may skip what the gate is about. */
  readonly skippable: boolean;
}

/** The difference between two rounds of a gate, as lines: `+ eve`, `- mallory`, `~ zone: …`. */
export interface PlanDiff {
  readonly lines: readonly string[];
  readonly total: number;
}
