import { acts, plans, type AuthorityOf } from '../../../domain/authority.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { RestoreDockerInput, RestoreInput } from '../../../domain/restore.ts';
import type { StepRef } from '../../../domain/step.ts';

/** Restores homes from a backup, and Docker data from the trash. */
export interface RestoreActivities {
  /** Gate `restore`: which homes are restored from which backup to where. Never overwrites existing files. */
  planRestore(a: { restore: RestoreInput }): Promise<PlanRef>;
  /** Restores exactly the approved homes and verifies them. Facts: `{host, snapshot, homes, found}`. */
  restoreHomes(a: { ref: StepRef; plan: string }): Promise<Proof<'restored'>>;
  /** Gate `restore-docker`: which Docker data of a user is moved back, on which hosts. Never over something that exists. */
  planRestoreDocker(a: { restore: RestoreDockerInput }): Promise<PlanRef>;
  /** Moves exactly the approved data back and verifies it. Facts: `{hosts, directories}`. */
  restoreDocker(a: { ref: StepRef; plan: string }): Promise<Proof<'docker-restored'>>;
}

/** The authority that each activity needs. */
export const restoreAuthority = {
  planRestore: plans('restore'),
  restoreHomes: acts('restore'),
  planRestoreDocker: plans('restore-docker'),
  restoreDocker: acts('restore-docker'),
} as const satisfies AuthorityOf<RestoreActivities>;
