import type { Language } from '../../domain/names.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { HostUpdateProof, ImageProof, Proof } from '../../domain/proof.ts';
import type { StepRef } from '../types.ts';

/** How the first follower is after its boot into the image: what the `rollout` gate shows. */
export interface CanaryHealth {
  readonly host: string;
  readonly healthy: boolean;
  /** The proof's sentence, or why it went back to its old root. */
  readonly summary: string;
}

/** What one host runs: `semester status` lists hosts by image. */
export interface HostImage {
  readonly host: string;
  /** Name of the image that `root` was made from, or that this leader gave; null where none is known. */
  readonly image: string | null;
  /** Images that were tried here and went back by themselves (`failed-<image>` below the top level). */
  readonly failed: readonly string[];
  /** Why it could not be looked at; null when it answered. */
  readonly silent: string | null;
}

/** `activities/hosts/update*.ts`: R2 and R8. */
export interface UpdateActivities {
  /** Window open, `update.command` as a remote job, window closed and verified. By hand: looks only. Facts: `{host, changes}`. */
  updateLeader(a: { ref: StepRef; host: string }): Promise<Proof>;
  /**
   * What gate `leader-work` tells a person: host, account, how to open and close the window, what to run. Remembers the packages
   * that `updateLeader` of the same workflow compares with.
   */
  leaderInstructions(a: { ref: StepRef; host: string }): Promise<string>;
  /**
   * R2, reinstall: checks layout (subvolumes, read-only, default, fstab, account, sudo, docker scripts) of a reinstalled host.
   * `fingerprint`: of its new host key, as a person read it on the console; it is pinned when the host offers that key.
   */
  checkLayout(a: { host: string; fingerprint?: string }): Promise<Proof>;
  /** What the reinstall gate tells a person to do. */
  reinstallInstructions(a: { host: string; language: Language | null }): Promise<string>;
  /** Snapshot `<date>-<label>` of the leader's root and its zstd image in /csehome/bacchus/images, with a manifest. */
  buildImage(a: {
    ref: StepRef;
    leader: string;
    label: 'gpu-update' | 'gpu-reinstall';
    followers: readonly string[];
  }): Promise<ImageProof>;
  /** The same snapshot as a full image beside the incremental one, for a follower that lacks the parent. Made once. */
  buildFullImage(a: { ref: StepRef; leader: string; image: ImageProof }): Promise<ImageProof>;
  /** Deletes images and their snapshots but the newest `update.keepImages` and whatever is still a parent. Facts: `{deleted, kept}`. */
  pruneImages(a: { ref: StepRef; leader: string }): Promise<Proof>;
  /** Gate `rollout`: packages before → after, .pacnew, foreign packages, differences between hosts, image, parent, canary, waves. */
  planRollout(a: {
    leader: string;
    image: ImageProof;
    followers: readonly string[];
    canary: CanaryHealth | null;
    /** Hosts by wave, in their order; the canary is not among them. */
    waves: readonly (readonly string[])[];
  }): Promise<PlanRef>;
  /**
   * Receives the image into the follower's snapshots; a partial one is cleaned, a whole one is kept.
   * Fails `ParentMissing` (non-retryable) where an incremental image's parent is not there: `buildFullImage`, then again.
   */
  receiveImage(a: { ref: StepRef; host: string; image: ImageProof }): Promise<Proof>;
  /**
   * Before any downtime: `root.new`, a writable snapshot of the received one with what is private to the host, its guard, then
   * read-only and verified. What changes on the running root until the swap is carried over by `swapRoot`.
   */
  prepareRoot(a: { ref: StepRef; host: string; image: ImageProof }): Promise<Proof>;
  /** R8. Renames and set-default only: root → old-root, root.new → root, get-default checked; arms the guard. Facts: `{host, bootId, due}`: whether that boot must end. */
  swapRoot(a: { ref: StepRef; host: string; image: ImageProof }): Promise<Proof>;
  /**
   * Reboots unless the host already runs another boot than `bootIdBefore`; proves boot id, image, default subvolume, health, checks,
   * and confirms that to the guard over a fresh connection. A host that is not healthy is not confirmed: fails non-retryable
   * `RolledBack` when it is proven to run its old root again, `VerificationFailed` when nobody knows. `due`: the swap has just seen
   * that boot run another root, so that it is ended without another look; of any other boot nothing is asked.
   */
  rebootHost(a: {
    ref: StepRef;
    host: string;
    image: ImageProof;
    bootIdBefore: string;
    due?: boolean;
  }): Promise<HostUpdateProof>;
  /** Back on purpose: `root` → `failed-<image>`, `old-root` → `root`, reboot, proven. Facts: `{host, from, bootId}`. */
  rollBack(a: { ref: StepRef; host: string }): Promise<Proof>;
  /**
   * Of a host that is owed an image: the proof that it runs a newer one, so that this one would be a step back; else null.
   * Fails `VerificationFailed` where the image was deleted, since waiting does not bring it back.
   */
  findNewer(a: { host: string; image: ImageProof }): Promise<Proof | null>;
  /** What each host runs; one that does not answer is said to be silent, and fails nothing. */
  lookImages(a: { hosts: readonly string[] }): Promise<readonly HostImage[]>;
}
