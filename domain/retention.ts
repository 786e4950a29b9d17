import { Temporal } from 'temporal-polyfill';

/** Two quarters, for users who ask for their data later. */
export const KEPT_MONTHS = 6;

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

/**
 * R4: the backups that may be deleted on `today` (YYYY-MM-DD in the site's zone), oldest first: dated, older than two
 * quarters, and not of the newest day that any of them names. Undated names never go, and the last one never goes.
 */
export function prunable(names: readonly string[], today: string): readonly string[] {
  const dated = names.flatMap((name) => {
    const day = dayOf(name);
    return day === null ? [] : [{ name, day }];
  });
  const newest = dated.map(({ day }) => day).reduce((a, b) => (a > b ? a : b), '');
  const old = dated.filter(({ day }) => day !== newest && keptUntil(day) < today);
  return old.map(({ name }) => name).sort();
}

/** The last day on which a backup of `day` must be there. */
export const keptUntil = (day: string): string => Temporal.PlainDate.from(day).add({ months: KEPT_MONTHS }).toString();
