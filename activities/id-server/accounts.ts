import type { Store } from '../store/store.ts';
import type { Member } from './types.ts';

const NAME = 'accounts';

/**
 * Adds the accounts of these members to those that are known. After the lockout, the group no longer names the users,
 * and the drain needs their names.
 */
export async function rememberAccounts(
  store: Pick<Store, 'changeNamed'>,
  members: readonly Pick<Member, 'username'>[],
): Promise<void> {
  const names = members.flatMap(({ username }) => username ?? []);
  await store.changeNamed<readonly string[]>(NAME, (before) => [...new Set([...(before ?? []), ...names])].toSorted());
}

/** The names of all accounts of the ID server that were ever in the group or asked to be, as far as the service saw. */
export const knownAccounts = async (store: Pick<Store, 'getNamed'>): Promise<readonly string[]> =>
  (await store.getNamed<readonly string[]>(NAME)) ?? [];
