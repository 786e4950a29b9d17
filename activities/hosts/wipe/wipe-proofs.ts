import type { WipeBinding } from '../../../domain/gates/wipe.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { WipeProofs } from '../../../domain/proof.ts';

/**
 * Rule 2: what must have been proven before anything is deleted. `hosts` are those on which nobody may have been when the
 * backup was taken. What changes quickly is looked at again by the caller.
 * @throws ApplicationFailure `PlanVoid` naming all that is missing, or when the backup that was approved is another one: none of it
 * comes from trying this plan again, all of it from draining, backing up and asking again
 */
export function demandProofs(
  binding: WipeBinding,
  proofs: WipeProofs,
  hosts: readonly string[],
  { storage, replica }: Pick<Site, 'storage' | 'replica'>,
): void {
  const missing: string[] = [];
  const { lockout, absence, backup } = proofs;
  if (lockout?.what !== 'lockout') missing.push('that everyone but the kept is out of the group');
  for (const host of hosts) {
    const proof = absence.find(({ facts }) => facts.host === host);
    if (proof?.what !== 'absence' || proof.facts.processes !== 0) {
      missing.push(`that nobody is on ${host}`);
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
    missing.push(`that the backup is on ${replica.name} as well`);
  const unwaived = binding.unnoticed.filter((owner) => !proofs.waived.includes(owner));
  if (unwaived.length > 0) {
    const few = unwaived.slice(0, 8).join(', ') + (unwaived.length > 8 ? ` and ${unwaived.length - 8} more` : '');
    missing.push(`that a notice reached ${few}, and no approval waived them by name (tell them: semester resend)`);
  }
  if (missing.length > 0) {
    const what = missing.join('; ');
    throw refuse('PlanVoid', `nothing is deleted; not proven: ${what}. Retry drains, backs up again, and asks again`);
  }
  if (binding.backup !== backup.facts.uuid) {
    throw refuse(
      'PlanVoid',
      `the approved plan names the backup ${binding.backup}, and there is ${backup.facts.uuid} now: retry asks again`,
    );
  }
}
