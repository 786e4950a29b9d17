import type { Proof } from '../../../domain/proof.ts';
import { needsNone, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { StepRef } from '../../../domain/step.ts';

/** The image of one host. `semester status` lists hosts by image. */
export interface HostImage {
  readonly host: string;
  /** Name of the image that `root` was made from, or that this leader produced; null if unknown. */
  readonly image: string | null;
  /** Images from which this host reverted (`failed-<image>` below the top level). */
  readonly failed: readonly string[];
  /** Why the host could not be inspected; null if it answered. */
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
  /** Makes a full image of the same snapshot, for a follower that lacks the parent. Made once. */
  buildFullImage(a: { ref: StepRef; leader: string; image: Proof<'image'> }): Promise<Proof<'image'>>;
  /**
   * Deletes images and their snapshots, except the newest `update.keepImages` and those that are still a parent.
   * Facts: `{deleted, kept}`.
   */
  pruneImages(a: { ref: StepRef; leader: string }): Promise<Proof<'images-pruned'>>;
  /**
   * For a host with a deferred image: the proof that it runs a newer image, so the deferred one would be a downgrade;
   * else null. Fails with `VerificationFailed` if the image was deleted, since waiting does not restore it.
   */
  findNewer(a: { host: string; image: Proof<'image'> }): Promise<Proof<'image-found'> | null>;
}

/** The authority that each activity needs. */
export const imageAuthority = {
  buildImage: needsNone('no host boots an image before gate rollout, except the canary of the site'),
  buildFullImage: needsNone('the same image in another form'),
  pruneImages: needsNone('keeps the newest images, by the number in site.yaml'),
  findNewer: reads,
} as const satisfies AuthorityOf<ImageActivities>;
