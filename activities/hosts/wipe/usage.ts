import type { HostDependencies } from '../dependencies.ts';
import { listTree, type Tree } from './tree.ts';
import type { WipeActivities } from './contract.ts';

/** The sizes that the notice names: bytes by account name (percent-encoded directory name). */
export interface Usage {
  readonly at: string;
  readonly homes: Readonly<Record<string, number>>;
  /** By host. */
  readonly docker: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Hosts that could not be measured. */
  readonly unreachable: readonly string[];
}

/** R1: measures the sizes of homes and of Docker data. See `HostActivities.measureUsage`. */
export function measureUsage({ site, remote, store, clock }: HostDependencies): WipeActivities['measureUsage'] {
  return async () => {
    const { layout, storage, hosts } = await site();
    const places = [
      { host: storage.name, dir: layout.home },
      ...hosts.map(({ name }) => ({ host: name, dir: layout.docker })),
    ];
    const looks = await Promise.allSettled(places.map(({ host, dir }) => listTree(remote, host, dir, 'sizes')));
    const docker: Record<string, Record<string, number>> = {};
    const unreachable: string[] = [];
    let homes: Record<string, number> = {};
    for (const [index, { host }] of places.entries()) {
      const look = looks[index];
      if (look?.status !== 'fulfilled') unreachable.push(host);
      else if (index === 0) homes = sizes(look.value);
      else docker[host] = sizes(look.value);
    }
    const usage: Usage = { at: clock().toISOString(), homes, docker, unreachable };
    return { digest: await store.putDocument(usage) };
  };
}

const sizes = (tree: Tree) => Object.fromEntries(tree.entries.map(({ name, bytes }) => [name, bytes]));
