import type { Handlers } from '../../domain/handlers.ts';
import { reads, type AuthorityOf } from '../../domain/authority.ts';
import type { Gate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';

/** One gate of a semester that has not been started. */
export interface RehearsedGate {
  readonly gate: Gate;
  /** `later`: cannot be planned before something else is done; `failed`: it could not be looked at. */
  readonly state: 'planned' | 'later' | 'failed';
  /** Why it is later or failed; for a planned one, what will be different when the gate is asked. For people. */
  readonly notes: readonly string[];
  readonly ref: PlanRef | null;
  /** JSON of `{binding, observed}`, gzipped, base64; null where there is none, or it is too large for one message. */
  readonly plan: string | null;
  /** What a gate that is done by hand tells a person. */
  readonly instructions: string | null;
}

/** `activities/rehearse/activities.ts`: every gate's plan before any start. */
export type RehearsalActivities = Handlers<{
  /**
   * Makes one gate's plan from the real hosts, ID server and templates. Reads only: nothing is stored, sent, exported or
   * recorded, and hosts see read-only file systems. What goes wrong is in the answer.
   */
  rehearseGate(a: { semester: Semester; calendar: Calendar; gate: Gate }): Promise<RehearsedGate>;
}>;

/** By what right each of them acts. */
export const rehearsalAuthority = {
  rehearseGate: reads,
} as const satisfies AuthorityOf<RehearsalActivities>;
