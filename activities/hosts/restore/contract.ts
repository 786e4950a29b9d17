import { acts, plans, type AuthorityOf } from '../../../domain/authority.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { RestoreInput } from '../../../domain/restore.ts';
import type { StepRef } from '../../../domain/step.ts';

/** Restores homes from a backup. */
export interface RestoreActivities {
  /** Gate `restore`: which homes are restored from which backup to where. Never overwrites existing files. */
  planRestore(a: { restore: RestoreInput }): Promise<PlanRef>;
  /** Restores exactly the approved homes and verifies them. Facts: `{host, snapshot, homes, found}`. */
  restoreHomes(a: { ref: StepRef; plan: string }): Promise<Proof<'restored'>>;
}

/** The authority that each activity needs. */
export const restoreAuthority = {
  planRestore: plans('restore'),
  restoreHomes: acts('restore'),
} as const satisfies AuthorityOf<RestoreActivities>;
