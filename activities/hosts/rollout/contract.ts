import type { Proof } from '../../../domain/proof.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { StepRef } from '../../../domain/step.ts';

/** How the first follower is after its boot into the image: what the `rollout` gate shows. */
export interface CanaryHealth {
  readonly host: string;
  readonly healthy: boolean;
  /** The proof's sentence, or why it went back to its old root. */
  readonly summary: string;
}

/** R8 on the followers: an image becomes the root. */
export interface RolloutActivities {
  /** Gate `rollout`: packages before → after, .pacnew, foreign packages, differences between hosts, image, parent, canary, waves. */
  planRollout(a: {
    leader: string;
    image: Proof<'image'>;
    followers: readonly string[];
    canary: CanaryHealth | null;
    /** Hosts by wave, in their order; the canary is not among them. */
    waves: readonly (readonly string[])[];
  }): Promise<PlanRef>;
  /**
   * Receives the image into the follower's snapshots; a partial one is cleaned, a whole one is kept.
   * Fails `ParentMissing` (non-retryable) where an incremental image's parent is not there: `buildFullImage`, then again.
   */
  receiveImage(a: { ref: StepRef; host: string; image: Proof<'image'> }): Promise<Proof<'image-received'>>;
  /**
   * Before any downtime: `root.new`, a writable snapshot of the received one with what is private to the host, its guard, then
   * read-only and verified. What changes on the running root until the swap is carried over by `switchRoot`.
   */
  prepareRoot(a: { ref: StepRef; host: string; image: Proof<'image'> }): Promise<Proof<'root-prepared'>>;
  /** R8. Renames and set-default only: root → old-root, root.new → root, get-default checked; arms the guard. Facts: `{host, bootId, due}`: whether that boot must end. */
  switchRoot(a: { ref: StepRef; host: string; image: Proof<'image'> }): Promise<Proof<'root-swapped'>>;
  /**
   * Reboots unless the host already runs another boot than `bootIdBefore`; proves boot id, image, default subvolume, health, checks,
   * and confirms that to the guard over a fresh connection. A host that is not healthy is not confirmed: fails non-retryable
   * `RolledBack` when it is proven to run its old root again, `VerificationFailed` when nobody knows. `due`: the swap has just seen
   * that boot run another root, so that it is ended without another look; of any other boot nothing is asked.
   */
  rebootHost(a: {
    ref: StepRef;
    host: string;
    image: Proof<'image'>;
    bootIdBefore: string;
    due?: boolean;
  }): Promise<Proof<'host-update'>>;
}
