import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from '../operator/context.ts';
import { failureType } from '../operator/steps.ts';
import { holdingHost } from '../grants.ts';
import { long } from '../policies.ts';
import type { StepRef } from '../../domain/step.ts';
import type { Activities } from '../../activities/contract.ts';

/** The activities that change a follower's root, with the policy of a semester or of a deferred task. */
type RootActivities = Pick<Activities, 'receiveImage' | 'prepareRoot' | 'switchRoot' | 'rebootHost'>;

/** A follower, and the image for it. */
export interface Follower {
  readonly site: string;
  readonly host: string;
  /** The host whose root was imaged; it makes the full image for a follower that lacks the parent. */
  readonly leader: string;
  readonly image: Proof<'image'>;
}

/** Makes the leader build the same snapshot as a full image. */
export type FullImage = (ref: StepRef) => Promise<Proof<'image'>>;

/** A `FullImage` that builds once per workflow, however many hosts lack the parent; a failure allows another try. */
export function fullImageOf(operator: OperatorContext, { leader, site, image }: Omit<Follower, 'host'>): FullImage {
  let making: Promise<Proof<'image'>> | undefined;
  return (ref) => {
    making ??= holdingHost(operator, leader, site, 'full image', () =>
      long.buildFullImage({ ref, leader, image }),
    ).catch((error: unknown) => {
      making = undefined;
      throw error;
    });
    return making;
  };
}

/** R8 before the downtime, while people work: receives the image and makes `root.new` from it. */
export async function stageRoot(
  acts: RootActivities,
  ref: StepRef,
  { host, image }: Follower,
  { full, received }: { full: FullImage; received?: () => void },
): Promise<Proof> {
  try {
    await acts.receiveImage({ ref, host, image });
  } catch (error) {
    if (failureType(error) !== 'ParentMissing') throw error;
    await acts.receiveImage({ ref, host, image: await full(ref) });
  }
  received?.();
  return acts.prepareRoot({ ref, host, image });
}

/** Swaps the root and reboots at once: changes to the old root in between would be lost. */
export async function activateRoot(
  acts: RootActivities,
  ref: StepRef,
  { host, image }: Follower,
): Promise<Proof<'host-update'>> {
  const swapped = await acts.switchRoot({ ref, host, image });
  const { bootId, due } = swapped.facts;
  return acts.rebootHost({ ref, host, image, bootIdBefore: bootId, due });
}
