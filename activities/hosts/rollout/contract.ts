import type { Proof } from '../../../domain/proof.ts';
import { acts, needsNone, plans, type AuthorityOf } from '../../../domain/authority.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { StepRef } from '../../../domain/step.ts';

/** The health of the first follower after its boot into the image, which gate `rollout` shows. */
export interface CanaryHealth {
  readonly host: string;
  readonly healthy: boolean;
  /** The proof's summary, or why the host reverted to its old root. */
  readonly summary: string;
}

/** R8 on the followers: boots them into an image. */
export interface RolloutActivities {
  /**
   * Gate `rollout`: package versions, .pacnew files, foreign packages, differences between hosts, image, parent,
   * canary, waves.
   */
  planRollout(a: {
    leader: string;
    image: Proof<'image'>;
    followers: readonly string[];
    canary: CanaryHealth | null;
    /** Hosts by wave, in order, without the canary. */
    waves: readonly (readonly string[])[];
  }): Promise<PlanRef>;
  /**
   * Receives the image into the follower's snapshots. Deletes a partial one, keeps a whole one.
   * Fails with `ParentMissing` (non-retryable) if the parent of an incremental image is missing: call `buildFullImage`
   * and receive that.
   */
  receiveImage(a: { ref: StepRef; host: string; image: Proof<'image'> }): Promise<Proof<'image-received'>>;
  /**
   * Before any downtime: makes `root.new`, a writable snapshot of the received one, with the host's private files and
   * its guard, then makes it read-only and verifies it. `switchRoot` carries over later changes of the running root.
   */
  prepareRoot(a: { ref: StepRef; host: string; image: Proof<'image'> }): Promise<Proof<'root-prepared'>>;
  /**
   * R8. Only renames and set-default: root → old-root, root.new → root; checks get-default; arms the guard.
   * Facts: `{host, bootId, due}`; `due`: a reboot must end that boot.
   */
  switchRoot(a: { ref: StepRef; host: string; image: Proof<'image'> }): Promise<Proof<'root-swapped'>>;
  /**
   * Reboots unless the host already runs another boot than `bootIdBefore`. Proves boot id, image, default subvolume,
   * health and checks, and confirms the boot to the guard over a new connection. Does not confirm an unhealthy host.
   * Fails (non-retryable) with `RolledBack` if the host provably runs its old root again, with `VerificationFailed` if
   * its state is unknown. `due`: the swap has just seen that boot run another root, so it is rebooted without another
   * check. Any other boot is not rebooted.
   */
  rebootHost(a: {
    ref: StepRef;
    host: string;
    image: Proof<'image'>;
    bootIdBefore: string;
    due?: boolean;
  }): Promise<Proof<'host-update'>>;
}

/** The authority that each activity needs. */
export const rolloutAuthority = {
  planRollout: plans('rollout'),
  receiveImage: needsNone('adds the image beside the running root'),
  prepareRoot: needsNone('makes a root that no host boots yet'),
  switchRoot: acts('rollout', { again: 'nothing boots by it; rebootHost counts' }),
  rebootHost: acts('rollout'),
} as const satisfies AuthorityOf<RolloutActivities>;
