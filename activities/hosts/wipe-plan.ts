import { digestOf } from '../../domain/digest.ts';
import type { Plan, PlanRef } from '../../domain/plan.ts';
import { formatBytes } from '../../domain/size.ts';
import type { HostActivities } from '../types.ts';
import { keptLines, sparedNow, type HostDeps } from './host-deps.ts';
import { listTree, type Tree } from './tree.ts';
import { wipeTexts } from './texts.ts';

/** What two people approve: names as percent-encoded bytes. */
export interface WipeBinding {
  readonly semester: string;
  readonly edition: number;
  readonly storage: string;
  readonly home: string;
  readonly homes: readonly { readonly name: string; readonly owner: string }[];
  readonly dockerDirectory: string;
  /** By host. */
  readonly docker: Readonly<Record<string, readonly string[]>>;
  readonly kept: readonly string[];
  /** UUID of the snapshot. */
  readonly backup: string;
  readonly site: string;
}

export interface WipeObserved {
  readonly at: string;
  /** Bytes and newest change (Unix seconds) by name. */
  readonly homes: Readonly<Record<string, { readonly bytes: number; readonly newest: number }>>;
  /** Bytes by host and name. */
  readonly docker: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly freeBytes: number;
  readonly warnings: readonly string[];
}

const ROWS = 10;

/** Gate `wipe`. See `HostActivities.planWipe`; `confirm` is the storage host's name and the number of homes. */
export function planWipe({ site, remote, store, clock }: HostDeps): HostActivities['planWipe'] {
  return async ({ semester, edition, keep, backup }): Promise<PlanRef> => {
    const current = await site();
    const { layout, storage, hosts } = current;
    const kept = sparedNow(current, clock, keep);
    const spared = new Set(kept.map(({ user }) => user));
    const [homes, ...docker] = await Promise.all([
      listTree(remote, storage.name, layout.home, 'sizes'),
      ...hosts.map((host) => listTree(remote, host.name, layout.docker, 'sizes')),
    ]);
    const going = (tree: Tree | undefined) => (tree?.entries ?? []).filter(({ name }) => !spared.has(name));
    const texts = wipeTexts(current.language, current.zone);
    const warnings = [
      ...homes.mounts.map((mount) => texts.mounted(storage.name, `${layout.home}/${mount}`)),
      ...docker.flatMap((tree, index) =>
        tree.mounts.map((mount) => texts.mounted(hosts[index]?.name ?? '', `${layout.docker}/${mount}`)),
      ),
      ...texts.strangers(going(homes).filter(({ name, owner }) => name !== owner)),
    ];
    const byHost = hosts.map((host, index) => [host.name, going(docker[index])] as const);
    const binding: WipeBinding = {
      semester: semester.name,
      edition,
      storage: storage.name,
      home: layout.home,
      homes: going(homes).map(({ name, owner }) => ({ name, owner })),
      dockerDirectory: layout.docker,
      docker: Object.fromEntries(byHost.map(([host, entries]) => [host, entries.map(({ name }) => name)])),
      kept: [...spared].sort(),
      backup: backup.facts.uuid,
      site: digestOf(current),
    };
    const observed: WipeObserved = {
      at: clock().toISOString(),
      homes: Object.fromEntries(going(homes).map(({ name, bytes, newest }) => [name, { bytes, newest }])),
      docker: Object.fromEntries(
        byHost.map(([host, entries]) => [host, Object.fromEntries(entries.map(({ name, bytes }) => [name, bytes]))]),
      ),
      freeBytes: homes.free,
      warnings,
    };
    const plan: Plan<WipeBinding, WipeObserved> = { gate: 'wipe', binding, observed };
    const bytes = going(homes).reduce((sum, entry) => sum + entry.bytes, 0);
    const directories = byHost.reduce((sum, [, entries]) => sum + entries.length, 0);
    return {
      gate: 'wipe',
      digest: await store.putPlan(plan),
      headline: texts.headline(storage.name, binding.homes.length, directories, hosts.length, backup.facts.name),
      counts: { homes: binding.homes.length, docker: directories, bytes, freeBytes: homes.free },
      rows: going(homes)
        .slice(0, ROWS)
        .map(({ name, bytes: size, newest }) => texts.row(name, formatBytes(size), newest)),
      total: binding.homes.length,
      kept: keptLines(kept),
      warnings: warnings.slice(0, ROWS),
      waivable: [],
      confirm: `${storage.name} ${binding.homes.length}`,
      empty: binding.homes.length === 0 && directories === 0,
    };
  };
}
