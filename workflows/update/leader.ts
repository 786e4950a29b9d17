import type { Proof } from '../../domain/proof.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import type { SiteView } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import { handGate } from '../operator/hand-gates.ts';
import { myRun } from '../operator/state.ts';
import { planning, step } from '../operator/steps.ts';
import { holdingHost } from '../grants.ts';
import { long, quick } from '../policies.ts';

/**
 * R2: a person reinstalls the leader or updates it by hand, or the package manager does; either way the service looks at the
 * host afterwards. Where a command fails, a person can finish by hand, and `done` takes that over.
 */
export async function bringUp(
  operator: OperatorContext,
  input: FleetUpdateInput,
  site: SiteView,
  leader: string,
): Promise<Proof> {
  if (input.mode === 'reinstall') {
    const instructions = await planning(operator, 'reinstall-instructions', () =>
      quick.reinstallInstructions({ host: leader, language: null }),
    );
    const { proof } = await handGate(operator, 'reinstall', instructions, (fingerprint) =>
      quick.checkLayout({ host: leader, ...(fingerprint !== undefined && { fingerprint }) }),
    );
    return proof;
  }
  if (site.leaderBy === 'by-hand') {
    const instructions = await planning(operator, 'leader-instructions', (ref) =>
      quick.leaderInstructions({ ref, host: leader }),
    );
    const ref = { workflow: myRun(), step: 'leader-work', round: 1, byHand: true };
    const { proof } = await handGate(operator, 'leader-work', instructions, () =>
      long.updateLeader({ ref, host: leader }),
    );
    return proof;
  }
  return step(operator, 'leader-update', (ref) =>
    holdingHost(operator, leader, input.site, 'update', () => long.updateLeader({ ref, host: leader })),
  );
}

/** R8 on the leader: the snapshot of its root, and the image that goes to all others. */
export function makeImage(
  operator: OperatorContext,
  input: FleetUpdateInput,
  leader: string,
  followers: readonly string[],
): Promise<Proof<'image'>> {
  const label = input.mode === 'reinstall' ? 'gpu-reinstall' : 'gpu-update';
  return step(operator, 'image', (ref) =>
    holdingHost(operator, leader, input.site, 'image', () => long.buildImage({ ref, leader, label, followers })),
  );
}
