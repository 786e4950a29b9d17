import { Temporal } from 'temporal-polyfill';
import type { Quiet } from './site.ts';

const wallClock = (now: Date, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone);

/** Whether `now` lies in the quiet hours, in which applicants get no nudge. */
export function isQuiet(now: Date, { from, until }: Quiet, zone: string): boolean {
  const time = wallClock(now, zone).toPlainTime().toString({ smallestUnit: 'minute' });
  return from <= until ? from <= time && time < until : time >= from || time < until;
}

/** The latest day (YYYY-MM-DD in `zone`) on which the time `at` (`10:00`) has passed. */
export function lastDayAt(now: Date, at: string, zone: string): string {
  const here = wallClock(now, zone);
  const passed = here.toPlainTime().toString({ smallestUnit: 'minute' }) >= at;
  return here
    .toPlainDate()
    .subtract({ days: passed ? 0 : 1 })
    .toString();
}
