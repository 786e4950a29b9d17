import type { Handlers } from '../../domain/handlers.ts';
import { reads, type AuthorityOf } from '../../domain/authority.ts';
import type { Gate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';

/** One gate of a semester that has not been started. */
export interface RehearsedGate {
  readonly gate: Gate;
  /** `later`: cannot be planned yet; `failed`: making the plan failed. */
  readonly state: 'planned' | 'later' | 'failed';
  /** Why the state is `later` or `failed`; for `planned`, what will differ when the gate asks. */
  readonly notes: readonly string[];
  readonly ref: PlanRef | null;
  /** JSON of `{binding, observed}`, gzipped, base64; null if there is none, or it is too large for one message. */
  readonly plan: string | null;
  /** Instructions of a hand gate. */
  readonly instructions: string | null;
}

/** Makes every gate's plan before a start. */
export type RehearsalActivities = Handlers<{
  /**
   * Makes one gate's plan from the real hosts, ID server and templates. Reads only: it stores, sends, exports and
   * records nothing, and its scripts run on read-only file systems. A failure is in the answer.
   */
  rehearseGate(a: { semester: Semester; calendar: Calendar; gate: Gate }): Promise<RehearsedGate>;
}>;

/** The authority of each activity. */
export const rehearsalAuthority = {
  rehearseGate: reads,
} as const satisfies AuthorityOf<RehearsalActivities>;
