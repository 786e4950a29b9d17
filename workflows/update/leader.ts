import type { Proof } from '../../domain/proof.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import type { SiteView } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import { handGate } from '../operator/hand-gates.ts';
import { myRun } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { holdingHost } from '../grants.ts';
import { long, quick } from '../policies.ts';

/**
 * R2: updates the leader. A person reinstalls or updates it by hand, or the configured command does; the service checks
 * the host afterwards. If the command fails, a person can finish by hand and report with `done`, or approvers skip the
 * whole update: then the fleet keeps the system that it has. False: skipped.
 */
export async function prepareLeader(
  operator: OperatorContext,
  input: FleetUpdateInput,
  site: SiteView,
  leader: string,
): Promise<boolean> {
  if (input.mode === 'reinstall') {
    const { result: instructions } = await runStep(operator, { name: 'reinstall-instructions', phase: 'update' }, () =>
      quick.reinstallInstructions({ host: leader, language: null }),
    );
    await handGate(operator, { name: 'reinstall', phase: 'update', instructions, value: null }, (fingerprint) =>
      quick.checkLayout({ host: leader, ...(fingerprint !== undefined && { fingerprint }) }),
    );
    return true;
  }
  if (site.leaderBy === 'by-hand') {
    const { result: instructions } = await runStep(operator, { name: 'leader-instructions', phase: 'update' }, (ref) =>
      quick.leaderInstructions({ ref, host: leader }),
    );
    const ref = { workflow: myRun(), step: 'leader-work', round: 1, byHand: true };
    await handGate(operator, { name: 'leader-work', phase: 'update', instructions, value: null }, () =>
      long.updateLeader({ ref, host: leader }),
    );
    return true;
  }
  const { status } = await runStep(operator, { name: 'leader-update', phase: 'update', skippable: true }, (ref) =>
    holdingHost(operator, leader, input.site, 'update', () => long.updateLeader({ ref, host: leader })),
  );
  return status === 'done';
}

/** R8 on the leader: makes the image of its root for the followers; null if approvers skipped the update. */
export async function makeImage(
  operator: OperatorContext,
  input: FleetUpdateInput,
  leader: string,
  followers: readonly string[],
): Promise<Proof<'image'> | null> {
  const label = input.mode === 'reinstall' ? 'gpu-reinstall' : 'gpu-update';
  const image = await runStep(operator, { name: 'image', phase: 'update', skippable: true }, (ref) =>
    holdingHost(operator, leader, input.site, 'image', () => long.buildImage({ ref, leader, label, followers })),
  );
  return image.status === 'done' ? image.result : null;
}
