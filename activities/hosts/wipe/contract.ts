import type { Proof, WipeProofs } from '../../../domain/proof.ts';
import type { Kept } from '../../../domain/site.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Semester } from '../../../domain/semester.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R5: what is deleted, and the deletion. */
export interface WipeActivities {
  /** du of homes (storage) and Docker data (each GPU host); stored, returned by digest. Hosts that are down are left out. */
  measureUsage(a: { ref: StepRef }): Promise<{ digest: string }>;
  /** Gate `wipe`: every home by name with owner and size, every Docker directory on each host. */
  planWipe(a: {
    semester: Semester;
    edition: number;
    keep: readonly Kept[];
    backup: Proof<'backup'>;
  }): Promise<PlanRef>;
  /** R5 on the storage host. Deletes exactly the approved names; demands the proofs (rule 2) and looks at the backup again. */
  wipeHomes(a: { ref: StepRef; plan: string; proofs: WipeProofs }): Promise<Proof<'homes-wiped'>>;
  /** R5 on one GPU host. */
  wipeDocker(a: { ref: StepRef; plan: string; host: string; proofs: WipeProofs }): Promise<Proof<'docker-wiped'>>;
}
