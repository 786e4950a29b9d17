import type { Progress } from '../lab/setup/cache.ts';
import type { Need } from '../lab/setup/set-up.ts';

/** Upper limit of a result. A ratio is the service's value divided by the other side's, from the same run. */
export interface Goal {
  readonly most: number;
  readonly unit: 'ratio' | 'seconds' | 'events' | 'MB';
}

/** Results of one run, by name. */
export type Sample = Readonly<Record<string, number>>;

export interface CaseOptions {
  /** Number of measurements of each side. */
  readonly runs: number;
  /** Simulated firmware time of each power-on of a lab host. */
  readonly firmwareSeconds: number;
  /** Names of the requested results; a case may skip the sides that none of them needs. */
  readonly wanted: ReadonlySet<string>;
  readonly progress: Progress;
}

/** A group of results that are measured together. */
export interface Case {
  readonly goals: Readonly<Record<string, Goal>>;
  readonly needs: readonly Need[];
  /** One sample for each run. */
  measure(options: CaseOptions): Promise<readonly Sample[]>;
}
