import { acts, plans, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R8: rolls hosts back to the root that ran before, on purpose. */
export interface RollbackActivities {
  /**
   * Gate `rollback`: from which image to which, host by host. Leaves out, with the reason, hosts that do not answer,
   * have no old root, or have one that no update of the service put there. Fails with `VerificationFailed` and these
   * reasons if the hosts were `named` and none remains.
   */
  planRollBack(a: { hosts: readonly string[]; named: boolean; reason: string }): Promise<PlanRef>;
  /** The hosts that an approved plan rolls back, in its order. */
  hostsToRollBack(a: { plan: string }): Promise<readonly string[]>;
  /**
   * Rolls back on purpose: `root` → `failed-<image>`, `old-root` → `root`, reboot, proof. Facts: `{host, from,
   * bootId}`.
   */
  rollBack(a: { ref: StepRef; host: string }): Promise<Proof<'rolled-back'>>;
}

/** The authority that each activity needs. */
export const rollbackAuthority = {
  planRollBack: plans('rollback'),
  hostsToRollBack: reads,
  rollBack: acts('rollback', { hostsFrom: 'hostsToRollBack' }),
} as const satisfies AuthorityOf<RollbackActivities>;
