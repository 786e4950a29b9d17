import type { WipeBinding } from '../../../domain/gates/wipe.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { WipeProofs } from '../../../domain/proof.ts';
import { notWaived } from '../../../domain/waivers.ts';

/**
 * Rule 2: checks the proofs that a deletion needs. `hosts`: those that had to be empty when the backup was taken. The
 * caller verifies again what changes quickly.
 * @throws ApplicationFailure `PlanVoid` naming all missing proofs, or if the approved backup is not the current one. A
 *   retry of
 *   this plan cannot help; draining, backing up and asking again does
 */
export function demandProofs(
  binding: WipeBinding,
  proofs: WipeProofs,
  hosts: readonly string[],
  { storage, replica }: Pick<Site, 'storage' | 'replica'>,
): void {
  const missing: string[] = [];
  const { lockout, absence, backup } = proofs;
  if (lockout?.what !== 'lockout') missing.push('that only exempt accounts are in the group');
  for (const host of hosts) {
    const proof = absence.find(({ facts }) => facts.host === host);
    if (proof?.what !== 'absence' || proof.facts.processes !== 0) {
      missing.push(`that no process of a user is on ${host}`);
    } else if (backup?.what === 'backup' && Date.parse(backup.at) < Date.parse(proof.at)) {
      missing.push(`a backup newer than the last process on ${host}`);
    }
  }
  if (backup?.what !== 'backup' || !backup.facts.readOnly) missing.push(`a read-only backup on ${storage.name}`);
  const copy = proofs.replica;
  if (
    replica &&
    (copy?.what !== 'replica' || copy.facts.host !== replica.name || copy.facts.uuid !== backup.facts.uuid)
  )
    missing.push(`that the backup is on ${replica.name} too`);
  const unwaived = notWaived(binding.unnoticed, proofs.waived);
  if (unwaived.length > 0) {
    const few = unwaived.slice(0, 8).join(', ') + (unwaived.length > 8 ? ` and ${unwaived.length - 8} more` : '');
    missing.push(`that a notice reached ${few}, or that an approval waived them by name (send it: semester resend)`);
  }
  const owning = binding.exemptOwned.filter((owner) => !proofs.waived.includes(owner));
  if (owning.length > 0) {
    missing.push(
      `that an approval waived ${owning.join(', ')} by name: they are exempt, and own what the plan deletes (its warnings say where)`,
    );
  }
  if (missing.length > 0) {
    const what = missing.join('; ');
    throw refuse('PlanVoid', `nothing is deleted; not proven: ${what}. Retry to drain, back up and ask again`);
  }
  if (binding.backup !== backup.facts.uuid) {
    throw refuse(
      'PlanVoid',
      `the approved plan names the backup ${binding.backup}, but the current backup is ${backup.facts.uuid}: retry to ask again`,
    );
  }
}
