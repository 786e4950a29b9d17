import { Temporal } from 'temporal-polyfill';
import { beginningOf, before, dateIn, durationMs, endOf } from './moments.ts';
import type { Calendar, Semester } from './semester.ts';

export { dateIn, durationMs, formatInstant, isZone } from './moments.ts';

/**
 * Computes the instants (UTC, ISO-8601 with Z) of a semester's dates in `zone`. A day that ends something (deadline,
 * end of the period, end of applications) is 23:59:59 of that day; the period's first day is 00:00:00. Not for
 * workflows: zone rules differ between computers, which would break replay; workflows call the activity `readCalendar`.
 * @throws RangeError if a date or duration is malformed; `config/` reports it earlier with file and line
 */
export function calendarOf(semester: Semester, zone: string): Calendar {
  const deadline = endOf(semester.deadline, zone);
  const periodUntil = endOf(semester.period.until, zone);
  const notices = semester.notices
    .map((offset) => before(deadline, offset, zone))
    .toSorted((a, b) => a.epochMilliseconds - b.epochMilliseconds);
  const minimumNotice = deadline.epochMilliseconds - before(deadline, semester.minimumNotice, zone).epochMilliseconds;
  return {
    notices: notices.map(String),
    noticeGateOpens: before(notices[0] ?? deadline, semester.noticeGateLead, zone).toString(),
    deadline: deadline.toString(),
    wipeFrom: dateIn(deadline.add({ seconds: 1 }).toString(), zone),
    minimumNoticeMs: minimumNotice,
    periodFrom: beginningOf(semester.period.from, zone).toString(),
    periodUntil: periodUntil.toString(),
    applicationsUntil: endOf(semester.applications.until, zone).toString(),
    applicationsEveryMs: durationMs(semester.applications.every),
    graceMs: durationMs(semester.applications.grace),
    nudgesMs: semester.applications.nudges.map(durationMs),
    nextSemesterFrom: nextSemesterFrom(beginningOf(semester.period.from, zone), periodUntil, zone),
  };
}

/** Five weeks before the end of the period, but not before its middle. */
function nextSemesterFrom(from: Temporal.Instant, until: Temporal.Instant, zone: string): string {
  const middle = Math.round((from.epochMilliseconds + until.epochMilliseconds) / 2);
  const weeks = before(until, 'P5W', zone);
  return (weeks.epochMilliseconds > middle ? weeks : Temporal.Instant.fromEpochMilliseconds(middle)).toString();
}
