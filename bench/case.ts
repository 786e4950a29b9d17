import type { Progress } from '../lab/setup/cache.ts';
import type { Need } from '../lab/setup/set-up.ts';

/** What a result may be at most. A ratio is ours against the other side's, both measured in the same run. */
export interface Goal {
  readonly most: number;
  readonly unit: 'ratio' | 'seconds' | 'events' | 'MB';
}

/** Results of one run, by their names. */
export type Sample = Readonly<Record<string, number>>;

export interface CaseOptions {
  /** How often each side is measured. */
  readonly runs: number;
  /** How long a power-on of a lab host takes before anything boots. */
  readonly firmwareSeconds: number;
  /** Names of the results that are asked for: the other sides need not be measured. */
  readonly wanted: ReadonlySet<string>;
  readonly progress: Progress;
}

/** Results that are measured together. */
export interface Case {
  readonly goals: Readonly<Record<string, Goal>>;
  readonly needs: readonly Need[];
  /** One sample for each run. */
  measure(options: CaseOptions): Promise<readonly Sample[]>;
}
