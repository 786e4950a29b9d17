import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

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

/** R8 on the leader: images. */
export interface ImageActivities {
  /** Snapshot `<date>-<label>` of the leader's root and its zstd image in /csehome/bacchus/images, with a manifest. */
  buildImage(a: {
    ref: StepRef;
    leader: string;
    label: 'gpu-update' | 'gpu-reinstall';
    followers: readonly string[];
  }): Promise<Proof<'image'>>;
  /** The same snapshot as a full image beside the incremental one, for a follower that lacks the parent. Made once. */
  buildFullImage(a: { ref: StepRef; leader: string; image: Proof<'image'> }): Promise<Proof<'image'>>;
  /** Deletes images and their snapshots but the newest `update.keepImages` and whatever is still a parent. Facts: `{deleted, kept}`. */
  pruneImages(a: { ref: StepRef; leader: string }): Promise<Proof<'images-pruned'>>;
  /**
   * Of a host that is owed an image: the proof that it runs a newer one, so that this one would be a step back; else null.
   * Fails `VerificationFailed` where the image was deleted, since waiting does not bring it back.
   */
  findNewer(a: { host: string; image: Proof<'image'> }): Promise<Proof<'image-found'> | null>;
}
