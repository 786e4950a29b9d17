import type { Excluded, Site } from '../../domain/site.ts';
import type { Store } from '../store/store.ts';

type ByHost = Readonly<Record<string, Omit<Excluded, 'name'>>>;

const NAME = 'excluded-hosts';

/** The excluded hosts by name. */
const excludedIn = async (store: Pick<Store, 'getNamed'>): Promise<ByHost> =>
  (await store.getNamed<ByHost>(NAME)) ?? {};

/** Records that a host is excluded; `why` null: no longer excluded. Safe against concurrent changes for other hosts. */
export async function putExcluded(
  store: Pick<Store, 'changeNamed'>,
  host: string,
  why: Omit<Excluded, 'name'> | null,
): Promise<void> {
  await store.changeNamed<ByHost>(NAME, (before) => {
    const { [host]: _, ...others } = before ?? {};
    return why === null ? others : { ...others, [host]: why };
  });
}

/**
 * Moves excluded hosts from `hosts` to `excluded`: no plan, post or step includes them, but commands can still name
 * them.
 */
export function withoutExcluded(site: () => Promise<Site>, store: Pick<Store, 'getNamed'>): () => Promise<Site> {
  return async () => {
    const [found, why] = await Promise.all([site(), excludedIn(store)]);
    const out = found.hosts.flatMap((host) => (why[host.name] ? [{ ...host, ...why[host.name]! }] : []));
    if (out.length === 0) return found;
    return { ...found, hosts: found.hosts.filter(({ name }) => !why[name]), excluded: out };
  };
}
