import { Temporal } from 'temporal-polyfill';
import type { LedgerEntry } from '../store/store.ts';
import type { LedgerState } from '../../domain/ledger.ts';

/** What the ledger knows of one person's notices of this edition. */
export interface Noticed {
  /** When they were first told this date, UTC; null when no mail is known to have arrived. */
  readonly at: string | null;
  /** Why there is none: the state of their newest mail, or null when none was ever due to them. */
  readonly state: LedgerState | null;
}

const NOTICE = /^(notice|correction)-/;

/** Each person's notices of one edition. Every notice of an edition tells the same date, so the first one that arrived counts. */
export function noticesOf(ledger: readonly LedgerEntry[], edition: number): ReadonlyMap<string, Noticed> {
  const found = new Map<string, Noticed>();
  for (const entry of ledger) {
    if (entry.edition !== edition || !NOTICE.test(entry.kind)) continue;
    const before = found.get(entry.person)?.at ?? null;
    if (entry.state !== 'sent') found.set(entry.person, { at: before, state: entry.state });
    else if (before === null || Date.parse(entry.at) < Date.parse(before))
      found.set(entry.person, { at: entry.at, state: 'sent' });
  }
  return found;
}

/**
 * Whether somebody has had too little notice. The mails of one notice go out over minutes, and the removal may follow
 * its hour at once: a hundredth less than `minimumMs` is enough.
 */
export const isShort = (noticedAt: string, now: Date, minimumMs: number): boolean =>
  now.getTime() - Date.parse(noticedAt) < minimumMs * 0.99;

/**
 * The `--deadline` that leaves `minimumMs` from now, when the correction goes out: a day (its end, in `zone`), or, where the
 * minimum is shorter than a day, a minute with its offset.
 */
export function laterDeadline(now: Date, minimumMs: number, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(now.getTime() + minimumMs).toZonedDateTimeISO(zone);
  if (minimumMs >= 86_400_000) return at.toPlainDate().toString();
  return at
    .round({ smallestUnit: 'minute', roundingMode: 'ceil' })
    .toString({ smallestUnit: 'minute', timeZoneName: 'never' });
}
