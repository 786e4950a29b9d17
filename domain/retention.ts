import { Temporal } from 'temporal-polyfill';

/**
 * R4: how long backups stay. `docs/retention.md` explains the rule and its edge cases.
 *
 * The name of a backup begins with its day, whoever made it. A backup may be deleted six calendar months (two quarters)
 * after that day. It stays if it is of the newest day, is the only one, is missing on a configured replica, or is the
 * newest one on both machines: the next backup is sent on top of that one.
 */
const RETENTION_MONTHS = 6;

/** The facts that decide whether a backup stays. */
export interface InspectedBackup {
  readonly name: string;
  /** A writable snapshot is in use and does not count as a backup. */
  readonly readOnly: boolean;
  /** Whether the replica is complete; null if the site has no replica host. */
  readonly replicated: boolean | null;
}

/** Why a backup stays. */
export type Stay = 'undated' | 'writable' | 'young' | 'only' | 'newest' | 'not-replicated' | 'common-parent';

export interface RetentionResult {
  readonly name: string;
  /** YYYY-MM-DD; null if the name does not begin with a date. */
  readonly day: string | null;
  /** The last day on which the backup must exist. */
  readonly keptUntil: string | null;
  /** Null: the backup may be deleted. */
  readonly stays: Stay | null;
}

/** The day that a backup's name begins with: `2023-03-13` of `2023-03-13-wipe`; null if there is none. */
export function dayOf(name: string): string | null {
  const day = /^(\d{4}-\d{2}-\d{2})(?!\d)/.exec(name)?.[1];
  if (day === undefined) return null;
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toString();
  } catch {
    return null;
  }
}

/** The last day on which a backup of `day` must exist. In a month that is too short, the last day of that month. */
export const keptUntil = (day: string): string =>
  Temporal.PlainDate.from(day).add({ months: RETENTION_MONTHS }).toString();

/**
 * Decides for each backup whether it stays on `today` (YYYY-MM-DD in the site's zone); sorted by name. `orphans` are what a person
 * left of a backup that they deleted by hand: the same rule holds for each, but none of them lets a backup go.
 */
export function retentionOf(
  backups: readonly InspectedBackup[],
  today: string,
  orphans: readonly InspectedBackup[] = [],
): readonly RetentionResult[] {
  const alone = orphans.flatMap((one) => retentionOf([...backups, one], today).filter(({ name }) => name === one.name));
  const newestOf = (some: readonly InspectedBackup[]) =>
    some.reduce((newest, { name }) => ((dayOf(name) ?? '') > newest ? (dayOf(name) ?? '') : newest), '');
  const real = backups.filter(({ readOnly }) => readOnly);
  // A date in the future is a typing error. It must not replace the real newest backup.
  const newest = new Set([newestOf(real), newestOf(real.filter(({ name }) => (dayOf(name) ?? '') <= today))]);
  const parent = newestOf(real.filter(({ replicated }) => replicated === true));
  const fate = ({ name, readOnly, replicated }: InspectedBackup): RetentionResult => {
    const day = dayOf(name);
    const until = day === null ? null : keptUntil(day);
    const stays = (): Stay | null => {
      if (!readOnly) return 'writable';
      if (day === null || until === null) return 'undated';
      if (until >= today) return 'young';
      if (real.length === 1) return 'only';
      if (newest.has(day)) return 'newest';
      if (replicated === false) return 'not-replicated';
      return day === parent ? 'common-parent' : null;
    };
    return { name, day, keptUntil: until, stays: stays() };
  };
  return [...backups.map(fate), ...alone].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** R4: the names of the backups that may be deleted on `today`, oldest first. */
export const prunable = (
  backups: readonly InspectedBackup[],
  today: string,
  orphans: readonly InspectedBackup[] = [],
): readonly string[] =>
  retentionOf(backups, today, orphans).flatMap(({ name, stays }) => (stays === null ? [name] : []));
