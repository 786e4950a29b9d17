import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import type { WipeProofs } from '../types.ts';
import type { WipeBinding } from './wipe-binding.ts';

/**
 * Rule 2: what must have been proven before anything is deleted. `hosts` are those on which nobody may have been when the
 * backup was taken. What changes quickly is looked at again by the caller.
 * @throws ApplicationFailure `ProofMissing` naming what is missing and how to get it; `PlanVoid` when the backup that was approved is another one
 */
export function demandProofs(
  binding: WipeBinding,
  proofs: WipeProofs,
  hosts: readonly string[],
  { storage, replica }: Pick<Site, 'storage' | 'replica'>,
): void {
  const missing: string[] = [];
  const { lockout, absence, backup } = proofs;
  if (lockout?.what !== 'lockout') missing.push('that everyone but the kept is out of the group (retry lockout)');
  for (const host of hosts) {
    const proof = absence.find(({ facts }) => facts.host === host);
    if (proof?.what !== 'absence' || proof.facts.processes !== 0) {
      missing.push(`that nobody is on ${host} (retry drain-${host})`);
    } else if (backup?.what === 'backup' && Date.parse(backup.at) < Date.parse(proof.at)) {
      missing.push(`a backup newer than the last process on ${host} (retry backup)`);
    }
  }
  if (backup?.what !== 'backup' || !backup.facts.readOnly)
    missing.push(`a read-only backup on ${storage.name} (retry backup)`);
  const copy = proofs.replica;
  if (
    replica &&
    (copy?.what !== 'replica' || copy.facts.host !== replica.name || copy.facts.uuid !== backup.facts.uuid)
  )
    missing.push(`that the backup is on ${replica.name} as well (retry replica)`);
  const unwaived = binding.unnoticed.filter((owner) => !proofs.waived.includes(owner));
  if (unwaived.length > 0) {
    const few = unwaived.slice(0, 8).join(', ') + (unwaived.length > 8 ? ` and ${unwaived.length - 8} more` : '');
    missing.push(`that a notice reached ${few}, and no approval waived them by name (abort, or tell them)`);
  }
  if (missing.length > 0) throw refuse('ProofMissing', `nothing is deleted; not proven: ${missing.join('; ')}`);
  if (binding.backup !== backup.facts.uuid) {
    throw refuse(
      'PlanVoid',
      `the approved plan names the backup ${binding.backup}, and there is ${backup.facts.uuid} now: retry asks again`,
    );
  }
}
