import { Temporal } from 'temporal-polyfill';
import { stringify } from 'yaml';
import type { Semester } from './semester.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const NEXT: Readonly<Record<string, string>> = {
  spring: 'fall',
  summer: 'winter',
  fall: 'spring',
  autumn: 'spring',
  winter: 'summer',
};

/**
 * Proposes the next semester as the text of a semester.yaml. Its deadline is the day on which this semester's accounts
 * expire; every other date moves by the same interval and keeps its notation. Accounts that are exempt beyond the new
 * deadline stay exempt. The survey is a new one.
 */
export function nextSemester(semester: Semester, zone: string): string {
  const { period, applications, title, keep, name } = semester;
  const step = between(semester.deadline, period.until, zone);
  const move = (date: string) => later(date, step, zone);
  const deadline = period.until;
  // The 29th and the 31st of January both move to the end of February, which may be the deadline.
  const moveBehind = (date: string) =>
    isAfter(move(date), deadline, zone) ? move(date) : later(deadline, Temporal.Duration.from({ days: 1 }), zone);
  const nextName = nameAfter(name);
  const still = keep.filter(({ until }) => until === undefined || until > dayOf(deadline, zone));
  // The YAML writer omits undefined values.
  const next = {
    ...semester,
    name: nextName,
    deadline,
    period: {
      from: moveBehind(period.from),
      until: move(period.until),
    },
    applications: { ...applications, until: moveBehind(applications.until) },
    keep: still.length > 0 ? still : undefined,
    title: /^\d{4}-[a-z]+$/.test(nextName) ? undefined : title,
    formUrl: undefined,
  };
  const yaml = stringify(next, { flowCollectionPadding: true });
  return `# Proposed from ${name}: check every date, then run semester check and semester start.\n${yaml}`;
}

/** `2027-spring` → `2027-fall` → `2028-spring`; any other name with `-next`. */
function nameAfter(name: string): string {
  const [, year = '', term = ''] = /^(\d{4})-([a-z]+)$/.exec(name) ?? [];
  const next = NEXT[term];
  if (next === undefined) return `${name.slice(0, 43)}-next`;
  const wraps = ['fall', 'autumn', 'winter'].includes(term);
  return `${Number(year) + (wraps ? 1 : 0)}-${next}`;
}

const zoned = (date: string, zone: string) =>
  DAY.test(date)
    ? Temporal.PlainDate.from(date).toZonedDateTime(zone)
    : Temporal.Instant.from(date).toZonedDateTimeISO(zone);

const isAfter = (date: string, other: string, zone: string) =>
  Temporal.ZonedDateTime.compare(zoned(date, zone), zoned(other, zone)) > 0;

const dayOf = (date: string, zone: string) => zoned(date, zone).toPlainDate().toString();

/** In months and days if both are days: 10 February and 10 August are six months apart. */
function between(from: string, until: string, zone: string): Temporal.Duration {
  const largestUnit = DAY.test(from) && DAY.test(until) ? 'months' : 'hours';
  return zoned(from, zone).until(zoned(until, zone), { largestUnit });
}

function later(date: string, step: Temporal.Duration, zone: string): string {
  const moved = zoned(date, zone).add(step);
  if (DAY.test(date)) return moved.toPlainDate().toString();
  return moved.toString({ timeZoneName: 'never', fractionalSecondDigits: 0 });
}
