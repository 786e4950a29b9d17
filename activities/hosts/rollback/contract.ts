import type { PlanRef } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R8: back to the root that ran before, on purpose. */
export interface RollbackActivities {
  /**
   * Gate `rollback`: from which image to which, host by host; leaves out, by name and reason, who does not answer, has no old root,
   * or has one that no update of ours put there. Fails `VerificationFailed` with these reasons where hosts were `named` and none is left.
   */
  planRollBack(a: { hosts: readonly string[]; named: boolean; reason: string }): Promise<PlanRef>;
  /** Whom an approved plan takes back, in its order. */
  hostsToRollBack(a: { plan: string }): Promise<readonly string[]>;
  /** Back on purpose: `root` → `failed-<image>`, `old-root` → `root`, reboot, proven. Facts: `{host, from, bootId}`. */
  rollBack(a: { ref: StepRef; host: string }): Promise<Proof<'rolled-back'>>;
}
