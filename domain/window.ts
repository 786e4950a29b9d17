import { Temporal } from 'temporal-polyfill';

/**
 * Hours of the day in which hosts may reboot, `02:00` to `06:00`; past midnight if `until` is not later than `from`.
 */
export interface DailyWindow {
  readonly from: string;
  readonly until: string;
}

/** UTC instants. `closes` null: the window never closes. */
export interface OpenWindow {
  readonly opens: string;
  readonly closes: string | null;
}

/**
 * The first window at or after `instant` in which hosts may reboot. Not for workflows: zone rules differ between
 * computers.
 * @throws RangeError if no window opens within the next day
 */
export function windowAt(instant: string, window: DailyWindow | undefined, zone: string): OpenWindow {
  if (window === undefined) return { opens: instant, closes: null };
  const at = Temporal.Instant.from(instant);
  const today = at.toZonedDateTimeISO(zone).toPlainDate();
  // Yesterday's window may still be open past midnight; tomorrow's begins after now.
  for (const days of [-1, 0, 1]) {
    const day = today.add({ days });
    const over = Temporal.PlainTime.compare(window.until, window.from) <= 0 ? 1 : 0;
    const opens = day.toZonedDateTime({ timeZone: zone, plainTime: window.from }).toInstant();
    const closes = day.add({ days: over }).toZonedDateTime({ timeZone: zone, plainTime: window.until }).toInstant();
    if (Temporal.Instant.compare(closes, at) <= 0) continue;
    const first = Temporal.Instant.compare(opens, at) < 0 ? at : opens;
    return { opens: first.toString(), closes: closes.toString() };
  }
  throw new RangeError(`the window ${window.from} to ${window.until} never opens in ${zone}`);
}
