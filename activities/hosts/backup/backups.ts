import { Temporal } from 'temporal-polyfill';
import { retentionOf, type InspectedBackup } from '../../../domain/retention.ts';
import type { Site } from '../../../domain/site.ts';
import { today, type HostDependencies } from '../dependencies.ts';
import type { Remote } from '../remote/remote.ts';
import { listHere, listThere } from '../replica/replica.ts';
import { backupOf, isLast, isWhole, partsOf, setOf, type Subvolume } from './subvolumes.ts';
import type { BackupRow, BackupActivities } from './contract.ts';
import { isFailure } from '../../failures.ts';

/** A backup on the storage host and on the replica. */
export interface Backup extends InspectedBackup {
  readonly uuid: string;
  readonly nested: number;
  /** Unix time of its creation. */
  readonly created: number;
  /** How much of it is on the replica; null if the site has none. */
  readonly replica: 'whole' | 'partly' | 'missing' | 'unknown' | null;
}

export interface Backups {
  readonly all: readonly Backup[];
  /** The last snapshots of wipes (`NAME.last`). Each belongs to its backup, and is no backup of its own. */
  readonly lasts: readonly Backup[];
  /** What is left of backups that a person deleted by hand: their last snapshots, and nested snapshots without their main one. */
  readonly orphans: readonly Backup[];
  /** Why the replica could not be inspected; no backup then counts as replicated. */
  readonly silent: string | null;
}

/**
 * The backups of the storage host by name, with their replicas. @throws ApplicationFailure `Unreachable`,
 * `CommandFailed`
 */
export async function lookAtBackups(remote: Remote, site: Site): Promise<Backups> {
  let silent: string | null = null;
  const theirs = site.replica
    ? listThere(remote, site.replica).catch((error: unknown) => {
        if (!isFailure(error, 'Unreachable')) throw error;
        silent = error instanceof Error ? error.message : String(error);
        return null;
      })
    : null;
  const [here, there] = await Promise.all([listHere(remote, site), theirs]);
  const names = [...new Set(here.map(({ path }) => path.replace(/(\.nested)?\/.*$/s, '')))];
  const found = names.flatMap((name): readonly Backup[] => {
    const parts = partsOf(here, name);
    const [main] = parts;
    if (!main) return [];
    const isMain = main.path === name;
    // A backup and its last snapshots are one set.
    const replica = site.replica ? stateOf(setOf(here, name), there) : null;
    const one = {
      name,
      uuid: main.uuid,
      created: main.created,
      readOnly: parts.every(({ readOnly }) => readOnly),
      nested: parts.length - (isMain ? 1 : 0),
      replica,
      replicated: replica === null ? null : replica === 'whole',
    };
    return [one];
  });
  const exists = new Set(here.map(({ path }) => path));
  const isOrphan = ({ name }: Backup) => !exists.has(name) || (isLast(name) && !exists.has(backupOf(name)));
  return {
    all: found.filter(({ name }) => exists.has(name) && !isLast(name)),
    lasts: found.filter(({ name }) => exists.has(name) && isLast(name)),
    orphans: found.filter(isOrphan),
    silent,
  };
}

function stateOf(parts: readonly Subvolume[], there: readonly Subvolume[] | null): Backup['replica'] {
  if (there === null) return 'unknown';
  const whole = parts.filter((part) => isWhole(there, part)).length;
  if (whole === parts.length) return 'whole';
  return whole > 0 ? 'partly' : 'missing';
}

/** Time limit for the sizes. On a large file system they are left out. */
const SIZE_SECONDS = 35;

/** `semester backups`. See `HostActivities.showBackups`. */
export function showBackups({
  site,
  remote,
  clock,
}: Pick<HostDependencies, 'site' | 'remote' | 'clock'>): BackupActivities['showBackups'] {
  return async () => {
    const current = await site();
    const { all, orphans, silent } = await lookAtBackups(remote, current);
    const sizes = await sizesOf(remote, current, new Set(all.map(({ name }) => name)));
    const day = today(current, clock);
    const fates = new Map(retentionOf(all, day, orphans).map((fate) => [fate.name, fate]));
    const shown = [...all, ...orphans].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const rows = shown.map(({ name, nested, readOnly, replica }): BackupRow => {
      const fate = fates.get(name);
      const days = fate?.day && Temporal.PlainDate.from(fate.day).until(day, { largestUnit: 'days' }).days;
      return {
        name,
        days: typeof days === 'number' ? days : null,
        bytes: sizes.get(name) ?? null,
        readOnly,
        nested,
        replica,
        mayGoAfter: fate?.keptUntil ?? null,
        stays: fate?.stays ?? null,
      };
    });
    return { storage: current.storage.name, replica: current.replica?.name ?? null, silent, rows };
  };
}

/**
 * Bytes of each backup with its nested subvolumes and last snapshots, and of what is left of others: in all, and freed by its
 * deletion. Empty if it takes too long.
 */
async function sizesOf(remote: Remote, { storage, layout }: Site, backups: ReadonlySet<string>) {
  const args = [layout.toplevel, layout.backups, String(SIZE_SECONDS)];
  const text = await remote.run(storage.name, { name: 'size-backups', args }, { deadlineMs: 55_000 });
  const sizes = new Map<string, { readonly total: number; readonly own: number }>();
  for (const line of text.split('\n')) {
    const [, total, frees, file] = /^\s*(\d+)\s+(\d+)\s+\S+\s+\.\/(.+)$/.exec(line) ?? [];
    if (file === undefined) continue;
    const own = file.replace(/\.(nested|short)$/, '');
    const name = backups.has(backupOf(own)) ? backupOf(own) : own;
    const before = sizes.get(name) ?? { total: 0, own: 0 };
    sizes.set(name, { total: before.total + Number(total), own: before.own + Number(frees) });
  }
  return sizes;
}
