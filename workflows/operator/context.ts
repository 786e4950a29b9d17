import type { SiteView } from '../../domain/site.ts';
import type { Status } from '../../domain/status.ts';
import type { OperatorState } from './state.ts';

/**
 * Where a workflow meets people: gates, parked steps, every signal, `decide` and `status`. Each workflow installs one,
 * before its first await, so that no message is lost.
 */
export interface OperatorContext {
  readonly state: OperatorState;
  /** Writes what changed to the UI, the memo and the parent. */
  updateVisibility(): void;
  /** No new step starts while the semester is paused. */
  untilResumed(): Promise<void>;
  enter(phase: Status['phase']): void;
  /** From now on this site's approvers, their need to sign, and its interval of reminders count. */
  applySitePolicy(site: SiteView): void;
  /** Runs the work; `abort` and Temporal's Cancel both end in `tidy`, which nothing cancels. */
  run<T>(work: () => Promise<T>, tidy: (why: string) => Promise<T>): Promise<T>;
}
