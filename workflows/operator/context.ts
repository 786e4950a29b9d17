import type { SiteView } from '../../domain/site.ts';
import type { Status } from '../../domain/status.ts';
import type { OperatorState } from './state.ts';

/**
 * The interface between a workflow and people: gates, parked steps, signals, `decide` and `status`. Each workflow
 * installs one before its first await, so no message is lost.
 */
export interface OperatorContext {
  readonly state: OperatorState;
  /** Publishes changes to the UI, the memo and the parent. */
  updateVisibility(): void;
  /** Waits while the workflow is paused: no new step starts then. */
  untilResumed(): Promise<void>;
  enter(phase: Status['phase']): void;
  /** Applies the site's approvers, signature requirement and reminder interval from now on. */
  applySitePolicy(site: SiteView): void;
  /** Runs `work`. The signal `abort` and Temporal's Cancel cancel it and run `tidy`, which cannot be cancelled. */
  run<T>(work: () => Promise<T>, tidy: (why: string) => Promise<T>): Promise<T>;
}
