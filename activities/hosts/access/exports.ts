import { lookup } from 'node:dns/promises';
import type { Proof } from '../../../domain/proof.ts';
import type { Excluded, HostAddress, Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { HostDeps } from '../dependencies.ts';
import { isUnreachable } from '../jobs/jobs.ts';

type ExportDeps = Pick<HostDeps, 'site' | 'remote' | 'clock'>;

/** Why a host is excluded; undefined where it is not. */
export const excludedHost = (site: Site, host: string): (Excluded & HostAddress) | undefined =>
  site.excluded?.find(({ name }) => name === host);

/** The proof of absence that `look` makes; of an excluded host that does not answer, that the homes are out of its reach. */
export async function unlessExcluded(
  deps: ExportDeps,
  host: string,
  look: () => Promise<Proof<'absence'>>,
): Promise<Proof<'absence'>> {
  try {
    return await look();
  } catch (error) {
    const excluded = excludedHost(await deps.site(), host);
    if (!excluded || !isUnreachable(error)) throw error;
    return await proveExcluded(deps, excluded);
  }
}

/** To whom the storage host exports the homes. */
export interface Exports {
  readonly changed: boolean;
  readonly all: readonly string[];
  /** Entries that are this host, or patterns and networks that it may be in. */
  readonly to: readonly string[];
}

/** Looks at, stops or starts the export of the homes to one host. See `scripts/exports.sh`. */
export async function askExports(
  { remote }: Pick<ExportDeps, 'remote'>,
  { layout, storage, exports }: Site,
  mode: 'look' | 'stop' | 'start',
  host: HostAddress,
): Promise<Exports> {
  const addresses = await lookup(host.address, { all: true }).catch(() => []);
  const names = new Set([host.name, host.address, ...addresses.map(({ address }) => address)]);
  const args = [mode, layout.home, exports.file, exports.reload, exports.list, ...names];
  const text = await remote.run(storage.name, { name: 'exports', args });
  const of = (key: string) =>
    text.split('\n').flatMap((line) => (line.startsWith(key) ? [line.slice(key.length)] : []));
  return { changed: of('changed=')[0] === 'yes', all: of('exported='), to: of('to=') };
}

/**
 * Rule 2, for a host that is broken for weeks: nothing that it runs can reach the homes.
 * @throws ApplicationFailure `ProofMissing` where the storage host exports them to it, or may
 */
export async function proveExcluded(deps: ExportDeps, host: Excluded & HostAddress): Promise<Proof<'absence'>> {
  const site = await deps.site();
  const { to, all } = await askExports(deps, site, 'look', host);
  demandNotExported(site, host.name, to, 'ProofMissing');
  return {
    what: 'absence',
    at: deps.clock().toISOString(),
    summary: `${host.name} is excluded (${host.by}: ${host.reason}): ${site.storage.name} exports ${site.layout.home} to ${all.join(', ') || 'nobody'}`,
    facts: { host: host.name, processes: 0, bootId: '' },
    how: 'found',
  };
}

/** @throws ApplicationFailure of that type, naming the entries */
export function demandNotExported(
  { storage, layout, exports }: Site,
  host: string,
  to: readonly string[],
  type: 'ProofMissing' | 'VerificationFailed',
): void {
  if (to.length === 0) return;
  throw refuse(
    type,
    `${storage.name} exports ${layout.home} to ${to.join(', ')}, so that ${host} may reach it: in ${exports.file} there, name each server by itself and leave ${host} out, ${exports.reload}, then retry`,
  );
}
