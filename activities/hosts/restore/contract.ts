import type { PlanRef } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { RestoreInput } from '../../../domain/restore.ts';
import type { StepRef } from '../../../domain/step.ts';

/** Homes that come back from a backup. */
export interface RestoreActivities {
  /** Gate `restore`: whose home comes back from which backup to where; never over what is there. */
  planRestore(a: { restore: RestoreInput }): Promise<PlanRef>;
  /** Restores exactly the approved homes and looks at them. Facts: `{host, snapshot, homes, found}`. */
  restoreHomes(a: { ref: StepRef; plan: string }): Promise<Proof<'restored'>>;
}
