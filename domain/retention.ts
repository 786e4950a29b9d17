import { Temporal } from 'temporal-polyfill';

/**
 * R4: how long backups stay. The rule, with its edge cases, for people: `docs/retention.md`.
 *
 * A backup is of the day that its name begins with, whoever made it. It may go when two quarters, six calendar months, have
 * passed since that day, and it is neither of the newest day, nor the only one, nor missing on the replica where there is one,
 * nor the newest that both machines have, on top of which the next one is sent.
 */
const RETENTION_MONTHS = 6;

/** What is looked at to decide about a backup. */
export interface InspectedBackup {
  readonly name: string;
  /** Somebody works in a writable one: it is no backup. */
  readonly readOnly: boolean;
  /** Whether it is whole on the other machine; null where the site has none. */
  readonly replicated: boolean | null;
}

/** Why a backup stays. */
export type Stay = 'undated' | 'writable' | 'young' | 'only' | 'newest' | 'not-replicated' | 'common-parent';

export interface RetentionResult {
  readonly name: string;
  /** YYYY-MM-DD; null where the name begins with no day. */
  readonly day: string | null;
  /** The last day on which it must be there. */
  readonly keptUntil: string | null;
  /** Null: it may go. */
  readonly stays: Stay | null;
}

/** The day that a backup's name begins with: `2023-03-13` of `2023-03-13-wipe`; null where it names no day. */
export function dayOf(name: string): string | null {
  const day = /^(\d{4}-\d{2}-\d{2})(?!\d)/.exec(name)?.[1];
  if (day === undefined) return null;
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toString();
  } catch {
    return null;
  }
}

/** The last day on which a backup of `day` must be there; the last day of a month that is too short. */
export const keptUntil = (day: string): string =>
  Temporal.PlainDate.from(day).add({ months: RETENTION_MONTHS }).toString();

/** What becomes of each backup on `today` (YYYY-MM-DD in the site's zone), by name. */
export function retentionOf(backups: readonly InspectedBackup[], today: string): readonly RetentionResult[] {
  const newestOf = (some: readonly InspectedBackup[]) =>
    some.reduce((newest, { name }) => ((dayOf(name) ?? '') > newest ? (dayOf(name) ?? '') : newest), '');
  const real = backups.filter(({ readOnly }) => readOnly);
  // A day that is still to come is a slip of somebody's hand, and must not take the place of the newest.
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
  return backups.map(fate).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** R4: the names of the backups that may be deleted on `today`, oldest first. */
export const prunable = (backups: readonly InspectedBackup[], today: string): readonly string[] =>
  retentionOf(backups, today).flatMap(({ name, stays }) => (stays === null ? [name] : []));
