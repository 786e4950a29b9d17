import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from '../operator/context.ts';
import { failureType } from '../operator/steps.ts';
import { holdingHost } from '../grants.ts';
import { long } from '../policies.ts';
import type { StepRef } from '../../domain/step.ts';

/** A follower, and what it is to run. */
export interface Follower {
  readonly site: string;
  readonly host: string;
  /** Whose root was imaged: makes the full image for a follower that lacks the parent. */
  readonly leader: string;
  readonly image: Proof<'image'>;
}

/** Has the leader make the same snapshot as a full image; asked for once by a workflow, whoever of its hosts lacks the parent. */
export type FullImage = (ref: StepRef) => Promise<Proof<'image'>>;

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

/** R8 before any downtime, while people work: the image, then `root.new` of it. */
export async function stageRoot(
  acts: typeof long,
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

/** Swap and reboot belong together: what is changed on the old root in between would be lost. */
export async function activateRoot(
  acts: typeof long,
  ref: StepRef,
  { host, image }: Follower,
): Promise<Proof<'host-update'>> {
  const swapped = await acts.switchRoot({ ref, host, image });
  const { bootId, due } = swapped.facts;
  return acts.rebootHost({ ref, host, image, bootIdBefore: bootId, due });
}
