import { lookup } from 'node:dns/promises';
import type { Proof } from '../../../domain/proof.ts';
import type { Excluded, HostAddress, Site } from '../../../domain/site.ts';
import { refuse, isFailure } from '../../failures.ts';
import type { HostDependencies } from '../dependencies.ts';

type ExportsDependencies = Pick<HostDependencies, 'site' | 'remote' | 'clock'>;

/** Why a host is excluded; undefined if it is not. */
export const excludedHost = (site: Site, host: string): (Excluded & HostAddress) | undefined =>
  site.excluded?.find(({ name }) => name === host);

/**
 * Returns the proof of absence that `look` makes. For an excluded host that does not answer, returns a proof that it
 * cannot reach the homes.
 */
export async function unlessExcluded(
  deps: ExportsDependencies,
  host: string,
  look: () => Promise<Proof<'absence'>>,
): Promise<Proof<'absence'>> {
  try {
    return await look();
  } catch (error) {
    const excluded = excludedHost(await deps.site(), host);
    if (!excluded || !isFailure(error, 'Unreachable')) throw error;
    return await proveExcluded(deps, excluded);
  }
}

/** The NFS clients to which the storage host exports the homes. */
export interface Exports {
  readonly changed: boolean;
  readonly all: readonly string[];
  /** Entries that are this host, or patterns and networks that may include it. */
  readonly to: readonly string[];
}

/** Reads, stops or starts the export of the homes to one host. See `exports.sh`. */
export async function askExports(
  { remote }: Pick<ExportsDependencies, 'remote'>,
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
 * Rule 2 for an excluded host: nothing that it runs can reach the homes.
 * @throws ApplicationFailure `ProofMissing` if the storage host exports, or may export, the homes to it
 */
export async function proveExcluded(
  deps: ExportsDependencies,
  host: Excluded & HostAddress,
): Promise<Proof<'absence'>> {
  const site = await deps.site();
  const { to, all } = await askExports(deps, site, 'look', host);
  demandNotExported(site, host.name, to, 'ProofMissing');
  return {
    what: 'absence',
    at: deps.clock().toISOString(),
    summary: `${host.name} is excluded (${host.by}: ${host.reason}): ${site.storage.name} exports ${site.layout.home} to ${all.join(', ') || 'no host'}`,
    facts: { host: host.name, processes: 0, bootId: '' },
    how: 'found',
  };
}

/** @throws ApplicationFailure of type `type`, naming the export entries */
export function demandNotExported(
  { storage, layout, exports }: Site,
  host: string,
  to: readonly string[],
  type: 'ProofMissing' | 'VerificationFailed',
): void {
  if (to.length === 0) return;
  throw refuse(
    type,
    `${storage.name} exports ${layout.home} to ${to.join(', ')}, so ${host} may reach it: in ${exports.file} there, list each server by name without ${host}, run ${exports.reload}, then retry`,
  );
}
