import { Temporal } from 'temporal-polyfill';
import type { LedgerEntry } from '../store/store.ts';
import type { LedgerState } from '../../domain/ledger.ts';

/** The state of one person's notices of an edition, from the ledger. */
export interface Noticed {
  /** When the first notice of this date was sent, UTC; null if no mail is known to have arrived. */
  readonly at: string | null;
  /** The state of their newest mail; null if there was none. */
  readonly state: LedgerState | null;
}

const NOTICE = /^(notice|correction)-/;

/**
 * Notices of one edition by person. All notices of an edition name the same date, so the first delivered one counts.
 */
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
 * Whether a person has had less notice than `minimumMs`. Sending one notice takes minutes, and the removal may be
 * planned exactly at its hour, so 99 % of `minimumMs` is enough.
 */
export const isShort = (noticedAt: string, now: Date, minimumMs: number): boolean =>
  now.getTime() - Date.parse(noticedAt) < minimumMs * 0.99;

/**
 * The `--deadline` that leaves `minimumMs` after a correction sent now: a day (its end, in `zone`), or, if the minimum
 * is shorter than a day, a minute with its offset.
 */
export function laterDeadline(now: Date, minimumMs: number, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(now.getTime() + minimumMs).toZonedDateTimeISO(zone);
  if (minimumMs >= 86_400_000) return at.toPlainDate().toString();
  return at
    .round({ smallestUnit: 'minute', roundingMode: 'ceil' })
    .toString({ smallestUnit: 'minute', timeZoneName: 'never' });
}
