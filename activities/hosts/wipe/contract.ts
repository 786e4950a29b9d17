import type { Proof, WipeProofs } from '../../../domain/proof.ts';
import { acts, needsNone, plans, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { Exemption } from '../../../domain/site.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Semester } from '../../../domain/semester.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R5: the plan of a wipe, and the wipe. */
export interface WipeActivities {
  /**
   * Sizes of homes (storage) and of Docker data (each GPU host), stored; returns the digest. Leaves out hosts that are
   * down.
   */
  measureUsage(a: { ref: StepRef }): Promise<{ digest: string }>;
  /** Gate `wipe`: every home by name with owner and size, and every Docker directory on each host. */
  planWipe(a: {
    semester: Semester;
    edition: number;
    keep: readonly Exemption[];
    backup: Proof<'backup'>;
  }): Promise<PlanRef>;
  /**
   * R5 on the storage host. Deletes exactly the approved names. Demands the proofs (rule 2) and verifies the backup
   * again.
   */
  wipeHomes(a: { ref: StepRef; plan: string; proofs: WipeProofs }): Promise<Proof<'homes-wiped'>>;
  /** R5 on one GPU host. Moves the data into the trash of its directory, or deletes it, as the plan says. */
  wipeDocker(a: { ref: StepRef; plan: string; host: string; proofs: WipeProofs }): Promise<Proof<'docker-wiped'>>;
  /**
   * Ends a deferred wipe of Docker data: stops the remote jobs of `workflow` on the host, which are the wipe's alone,
   * verifies that none runs, and counts the approved entries that are left. Facts: `{host, stopped, left}`.
   */
  endWipe(a: {
    host: string;
    workflow: string;
    plan: string;
    keep: readonly Exemption[];
  }): Promise<Proof<'wipe-ended'>>;
}

/** The authority that each activity needs. */
export const wipeAuthority = {
  measureUsage: reads,
  planWipe: plans('wipe'),
  wipeHomes: acts('wipe'),
  wipeDocker: acts('wipe'),
  endWipe: needsNone('it only ends what was to be deleted'),
} as const satisfies AuthorityOf<WipeActivities>;
