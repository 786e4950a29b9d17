import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Kept } from '../../domain/site.ts';
import type { Proof } from '../../domain/proof.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { StepRef } from '../../domain/step.ts';

/** R1.3: membership of the GPU group. */
export interface IdServerActivities {
  /** Gate `removal`: every member but the kept; lists who is also pending, exports the members to a file. */
  planRemoval(a: { semester: Semester; calendar: Calendar; edition: number; keep: readonly Kept[] }): Promise<PlanRef>;
  /** R1.3. Removes exactly the plan's members, reconciled by reading back. */
  removeMembers(a: { ref: StepRef; plan: string }): Promise<Proof<'lockout'>>;
  /** Whether everyone but the kept is out of the group now. Fails `ProofMissing` naming who is still in. */
  proveLockout(a: { keep: readonly Kept[] }): Promise<Proof<'lockout'>>;
}
