import type { Exemption, Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import { exemptNow } from '../site/exempt.ts';
import { isExempt } from './removal-plan.ts';
import { labelOf } from './removal-warnings.ts';
import type { IdServer, Member } from './types.ts';

const NAMES = 20;

/** Names of members; at most 20 of them. */
export const listOf = (members: readonly Member[]): string =>
  [
    ...members.slice(0, NAMES).map(labelOf),
    ...(members.length > NAMES ? [`and ${members.length - NAMES} more`] : []),
  ].join(', ');

interface LockoutDependencies {
  readonly site: () => Promise<Site>;
  readonly idServer: Pick<IdServer, 'members'>;
  readonly clock: () => Date;
}

/**
 * The members of the group, who are all exempt.
 * @throws ApplicationFailure `ProofMissing` and the names of the others
 */
export async function demandLockout(
  { site, idServer, clock }: LockoutDependencies,
  keep: readonly Exemption[],
): Promise<readonly Member[]> {
  const found = await site();
  const members = await idServer.members();
  const stays = isExempt(exemptNow(found, clock, keep));
  const others = members.filter((member) => !stays(member));
  if (others.length === 0) return members;
  const { group } = found.idServer;
  const remedy = 'remove them on the ID server and retry, or keep them (semester keep)';
  throw refuse('ProofMissing', `still in the group ${group} (${others.length}): ${listOf(others)}: ${remedy}`);
}
