import type { KeptAccount, WipeEntry } from '../../../domain/gates/wipe.ts';
import type { Exemption } from '../../../domain/site.ts';
import type { Remote } from '../remote/remote.ts';

/**
 * The exempt accounts with the uids that these hosts know them by, by name.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`
 */
export async function keptAccounts(
  remote: Pick<Remote, 'run'>,
  hosts: readonly string[],
  exempt: readonly Exemption[],
): Promise<readonly KeptAccount[]> {
  const args = exempt.map(({ user }) => user).toSorted();
  const texts = await Promise.all(hosts.map((host) => remote.run(host, { name: 'exempt-uids', args })));
  const lines = texts.flatMap((text) => text.split('\n').map((line) => line.split(' ')));
  return args.map((user) => {
    const uids = lines.flatMap(([name, uid]) => (name === user ? [Number(uid)] : []));
    return { user, uids: [...new Set(uids)].toSorted((a, b) => a - b) };
  });
}

/**
 * Finds the exempt account that owns an entry, whatever the entry's name: by the owner's name, or by its uid, since a
 * host without its account database knows no names. Null if none does.
 */
export function exemptOwnerIn(kept: readonly KeptAccount[]): (entry: WipeEntry) => string | null {
  const names = new Set(kept.map(({ user }) => user));
  const byUid = new Map(kept.flatMap(({ user, uids }) => uids.map((uid) => [uid, user] as const)));
  return ({ owner, uid }) => (names.has(owner) ? owner : (byUid.get(uid) ?? null));
}
