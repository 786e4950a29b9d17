import type { Handlers } from '../../domain/handlers.ts';
import { acts, plans, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Exemption } from '../../domain/site.ts';
import type { Proof } from '../../domain/proof.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { StepRef } from '../../domain/step.ts';

/** R1.3: membership of the GPU group. */
export type IdServerActivities = Handlers<{
  /**
   * Gate `removal`: all members except exempt ones. Lists those who are also pending; exports the members to a file.
   */
  planRemoval(a: {
    semester: Semester;
    calendar: Calendar;
    edition: number;
    keep: readonly Exemption[];
  }): Promise<PlanRef>;
  /** R1.3. Removes exactly the plan's members and reads the group back. */
  removeMembers(a: { ref: StepRef; plan: string }): Promise<Proof<'lockout'>>;
  /** Proves that the group contains only exempt members. Fails with `ProofMissing` and the names of the others. */
  proveLockout(a: { keep: readonly Exemption[] }): Promise<Proof<'lockout'>>;
}>;

/** The authority of each activity. */
export const idServerAuthority = {
  planRemoval: plans('removal'),
  removeMembers: acts('removal'),
  proveLockout: reads,
} as const satisfies AuthorityOf<IdServerActivities>;
