import { Temporal } from 'temporal-polyfill';

/** Hours of the day in which hosts may reboot, `02:00` to `06:00`; over midnight where `until` is not later than `from`. */
export interface DailyWindow {
  readonly from: string;
  readonly until: string;
}

/** UTC instants. `closes` null: it never does. */
export interface OpenWindow {
  readonly opens: string;
  readonly closes: string | null;
}

/**
 * The first time at or after an instant at which hosts may reboot, and until when. Not for workflows: zone rules change from
 * one computer to the next.
 */
export function windowAt(instant: string, window: DailyWindow | undefined, zone: string): OpenWindow {
  if (window === undefined) return { opens: instant, closes: null };
  const at = Temporal.Instant.from(instant);
  const today = at.toZonedDateTimeISO(zone).toPlainDate();
  // Yesterday's may still be open, over midnight; tomorrow's begins for certain after now.
  for (const days of [-1, 0, 1]) {
    const day = today.add({ days });
    const over = Temporal.PlainTime.compare(window.until, window.from) <= 0 ? 1 : 0;
    const opens = day.toZonedDateTime({ timeZone: zone, plainTime: window.from }).toInstant();
    const closes = day.add({ days: over }).toZonedDateTime({ timeZone: zone, plainTime: window.until }).toInstant();
    if (Temporal.Instant.compare(closes, at) <= 0) continue;
    const first = Temporal.Instant.compare(opens, at) < 0 ? at : opens;
    return { opens: first.toString(), closes: closes.toString() };
  }
  throw new RangeError(`${window.from} to ${window.until} never comes in ${zone}`);
}
