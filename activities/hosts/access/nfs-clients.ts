import { lookup } from 'node:dns/promises';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { HostDependencies } from '../dependencies.ts';

/** A client that is not in the list of the kernel's server. */
const CONNECTED = 'NFS version 3, or a machine that lost its power: the server drops that one after some minutes';

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/**
 * Rule 2: every machine that uses the homes is covered by a proof of absence. The addresses of a server are those that
 * it reports and the one in site.yaml. Clients of version 4 and TCP connections are seen; version 3 over UDP is not.
 * @throws ApplicationFailure `ProofMissing` naming every other client of the storage host
 */
export async function demandKnownClients({ remote }: Pick<HostDependencies, 'remote'>, site: Site): Promise<void> {
  const { storage, hosts, layout } = site;
  const clients = lines(await remote.run(storage.name, { name: 'nfs-clients', args: [] })).map((line) => {
    const [client = '', seen] = line.split(' ');
    return { client, version4: seen !== 'connection' };
  });
  if (clients.length === 0) return;
  const known = await Promise.all(
    hosts.map(async ({ name, address }) => [
      ...lines(await remote.run(name, { name: 'addresses', args: [] })),
      ...(await lookup(address, { all: true }).catch(() => [])).map((found) => found.address),
    ]),
  );
  const strangers = clients.filter(({ client }) => !known.flat().includes(client));
  if (strangers.length === 0) return;
  const named = strangers.map(({ client, version4 }) => `${client} (${version4 ? 'NFS version 4' : CONNECTED})`);
  throw refuse(
    'ProofMissing',
    `nothing is deleted: ${named.join(', ')} uses the NFS server of ${storage.name}, but is not one of ${hosts.map(({ name }) => name).join(', ')}: umount ${layout.home} there, or add the machine to site.yaml, then retry`,
  );
}
