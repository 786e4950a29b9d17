import { many } from '../../../domain/many.ts';
import { agreeRanges, type Agreed, type SubRange } from '../../../domain/docker-ranges.ts';
import { parseHostIds, problemsOf } from '../../../domain/ranges.ts';
import { tryAgain } from '../../failures.ts';
import type { Store } from '../../store/store.ts';
import { checkUser } from '../remote/quote.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { DockerActivities } from './contract.ts';

/** The ranges promised to accounts, on any host: `docker-ranges/SITE` of the store. */
export type Promised = Readonly<Record<string, SubRange>>;

const nameOf = (site: string) => `docker-ranges/${site}`;

export const promisedRanges = (store: Pick<Store, 'getNamed'>, site: string): Promise<Promised> =>
  store.getNamed<Promised>(nameOf(site)).then((known) => known ?? {});

/**
 * R7: reads the ranges of every host that answers, and agrees on one range per account for all. See `HostActivities`.
 */
export function agreeDockerRanges({
  site,
  remote,
  clock,
  store,
}: Pick<HostDependencies, 'site' | 'remote' | 'clock'> & {
  store: Pick<Store, 'changeNamed'>;
}): DockerActivities['agreeDockerRanges'] {
  return async ({ users }) => {
    const { name, hosts, docker } = await site();
    const names = [...new Set(users)].map(checkUser);
    const hostRanges = await Promise.all(
      hosts.map(async ({ name: host }) => {
        const up = await remote.reachable(host);
        return [host, up ? parseHostIds(await remote.run(host, { name: 'ranges', args: [] })) : null] as const;
      }),
    );
    const seen = hostRanges.flatMap(([host, ranges]) => (ranges ? [[host, ranges] as const] : []));
    const down = hostRanges.flatMap(([host, ranges]) => (ranges ? [] : [host]));
    if (seen.length === 0) throw tryAgain('Unreachable', `no host answers: ${down.join(', ')}`);
    // `changeNamed` serialises this: two workers that choose at once would choose the same range.
    let agreed: Agreed = { ranges: {}, differing: [] };
    await store.changeNamed<Promised>(nameOf(name), (known) => {
      agreed = agreeRanges(names, Object.fromEntries(seen), known ?? {}, docker.rangesFrom);
      return { ...known, ...agreed.ranges };
    });
    const { ranges, differing } = agreed;
    const problems = seen.flatMap(([host, ids]) => problemsOf(host, ids));
    const summary =
      `one range for each of ${many(Object.keys(ranges).length, 'account')}, as ${many(seen.length, 'host has', 'hosts have')} it or ${seen.length === 1 ? 'has' : 'have'} it free` +
      (differing.length > 0 ? `; different on some hosts, left unchanged: ${differing.join('; ')}` : '') +
      (problems.length > 0 ? `; ${problems.slice(0, 5).join('; ')}` : '') +
      (down.length > 0 ? `; not reached: ${down.join(', ')}` : '');
    const facts = { accounts: Object.keys(ranges).length, differing: differing.length, down: down.length };
    return { what: 'docker-ranges', at: clock().toISOString(), summary, facts, how: 'service' };
  };
}
