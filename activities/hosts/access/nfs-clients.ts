import { lookup } from 'node:dns/promises';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { HostDependencies } from '../dependencies.ts';

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/**
 * Rule 2: every machine that uses the homes is covered by a proof of absence. The addresses of a server are those that
 * it reports and the one in site.yaml.
 * @throws ApplicationFailure `ProofMissing` naming every other client of the storage host
 */
export async function demandKnownClients({ remote }: Pick<HostDependencies, 'remote'>, site: Site): Promise<void> {
  const { storage, hosts, layout } = site;
  const clients = lines(await remote.run(storage.name, { name: 'nfs-clients', args: [] }));
  if (clients.length === 0) return;
  const known = await Promise.all(
    hosts.map(async ({ name, address }) => [
      ...lines(await remote.run(name, { name: 'addresses', args: [] })),
      ...(await lookup(address, { all: true }).catch(() => [])).map((found) => found.address),
    ]),
  );
  const strangers = clients.filter((client) => !known.flat().includes(client));
  if (strangers.length === 0) return;
  throw refuse(
    'ProofMissing',
    `nothing is deleted: ${strangers.join(', ')} uses the NFS server of ${storage.name}, but is not one of ${hosts.map(({ name }) => name).join(', ')}: umount ${layout.home} there, or add the machine to site.yaml, then retry`,
  );
}
