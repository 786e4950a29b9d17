import type { Remote } from '../remote/remote.ts';

/**
 * The last login of each account on any of the hosts, in Unix seconds, as far back as their records go. An account
 * without a record is missing from the map.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`
 */
export async function lastLogins(
  remote: Pick<Remote, 'run'>,
  hosts: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const texts = await Promise.all(hosts.map((host) => remote.run(host, { name: 'last-logins', args: [] })));
  const newest = new Map<string, number>();
  for (const line of texts.join('\n').split('\n')) {
    const [user, at] = line.split(' ');
    if (user && at && Number(at) > (newest.get(user) ?? 0)) newest.set(user, Number(at));
  }
  return newest;
}
