import type { Exemption, Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import { exemptNow } from '../site/exempt.ts';
import { groupsAbove } from './nested.ts';
import { isExempt } from './removal-plan.ts';
import { labelOf } from './removal-warnings.ts';
import type { IdServer, Implied, Member } from './types.ts';

const NAMES = 20;

/** Names of members; at most 20 of them. */
export const listOf = (members: readonly Member[]): string =>
  [
    ...members.slice(0, NAMES).map(labelOf),
    ...(members.length > NAMES ? [`and ${members.length - NAMES} more`] : []),
  ].join(', ');

interface LockoutDependencies {
  readonly site: () => Promise<Site>;
  readonly idServer: Pick<IdServer, 'members' | 'implied'>;
  readonly clock: () => Date;
}

/**
 * Demands that only exempt accounts sign in through groups above the configured one. The service removes nobody from those
 * groups: they give access to more than the GPU servers.
 * @throws ApplicationFailure `ProofMissing` and the names of the others
 */
export function demandNoneImplied(
  group: string,
  implied: readonly Implied[],
  stays: (member: Member) => boolean,
): void {
  const others = implied.filter((member) => !stays(member));
  if (others.length === 0) return;
  const via = groupsAbove(others);
  const remedy = `end the relation of ${via} to ${group} on the ID server and retry, or keep them (semester keep)`;
  throw refuse(
    'ProofMissing',
    `${others.length} can still sign in, as members of ${via}, which implies ${group}: ${listOf(others)}: ${remedy}`,
  );
}

/**
 * The members of the group, who are all exempt, as are those whom a group above it implies.
 * @throws ApplicationFailure `ProofMissing` and the names of the others
 */
export async function demandLockout(
  { site, idServer, clock }: LockoutDependencies,
  keep: readonly Exemption[],
): Promise<readonly Member[]> {
  const found = await site();
  const { group } = found.idServer;
  const [members, implied] = await Promise.all([idServer.members(), idServer.implied()]);
  const stays = isExempt(exemptNow(found, clock, keep));
  const others = members.filter((member) => !stays(member));
  if (others.length === 0) {
    demandNoneImplied(group, implied, stays);
    return members;
  }
  const remedy = 'remove them on the ID server and retry, or keep them (semester keep)';
  throw refuse('ProofMissing', `still in the group ${group} (${others.length}): ${listOf(others)}: ${remedy}`);
}
