import { isIP } from 'node:net';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { isZone } from '../domain/calendar.ts';

/** The field types of site.yaml and semester.yaml. Each error text completes "expected …". */

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOSTNAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`, 'i');
/** No control characters: these values become mail headers, file names and journal lines. */
const LINE = /^[^\p{Cc}\p{Cs}]*\S[^\p{Cc}\p{Cs}]*$/u;

export function matching(expected: string, pattern: RegExp) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

export function passing(expected: string, test: (value: string) => boolean) {
  return z.string({ error: expected }).refine(test, { error: expected });
}

function succeeds(act: () => unknown): boolean {
  try {
    return act() !== false;
  } catch {
    return false;
  }
}

export const line = (what: string) => matching(`${what}, in one line`, LINE);
/** A value that becomes a command's argument: it must not parse as an option. */
export const notOption = (what: string) => matching(`${what}, not beginning with -`, /^[^\p{Cc}\s-][^\p{Cc}\s]*$/u);
export const text = (what: string) => passing(what, (value) => value.trim() !== '');
export const userName = matching('a POSIX user name such as prof', /^[a-z_][a-z0-9_-]{0,31}$/);
export const hostName = matching('a short host name (DNS label) such as asahi', new RegExp(`^${LABEL}$`));
export const slug = (example: string) =>
  matching(`a name of lower-case letters, digits and hyphens such as ${example}`, /^[a-z0-9][a-z0-9-]{0,47}$/);
export const address = passing(
  'a DNS name or an IP address',
  (value) => isIP(value) !== 0 || (HOSTNAME.test(value) && !/^[\d.]+$/.test(value)),
);
export const whole = (expected: string, most = 100_000) =>
  z.int({ error: expected }).min(1, { error: expected }).max(most, { error: expected });
export const port = whole('a port from 1 to 65535', 65_535);
export const email = z.email({ error: 'an e-mail address' });
export const mailbox = passing('an e-mail address, or Name <address>', (value) => {
  const inner = /^[^<>\p{Cc}]*<([^<>]+)>$/u.exec(value)?.[1] ?? value;
  return email.safeParse(inner).success;
});
export const webUrl = passing('an http or https address', (value) =>
  succeeds(() => ['http:', 'https:'].includes(new URL(value).protocol)),
).meta({ format: 'uri' });
export const zone = passing('an IANA time zone such as Asia/Seoul', isZone);
export const language = z.enum(['ko', 'en'], { error: 'ko or en' });

/** Whether a path has a `..`, `.` or empty part. A leading slash is ignored. */
const hasOddPart = (path: string) =>
  path
    .replace(/^\//, '')
    .split('/')
    .some((part) => ['', '.', '..'].includes(part)) || !LINE.test(path);

/** A path on a host. */
export const absolutePath = passing(
  'an absolute path without .., such as /csehome',
  (value) => value.startsWith('/') && !hasOddPart(value),
);
/** A relative path on a host, e.g. below the btrfs top level. */
export const innerPath = passing(
  'a path below the btrfs top level, without a leading / and without .., such as backups/gpu',
  (value) => !value.startsWith('/') && !hasOddPart(value),
);
/** A file or folder of the worker: absolute, or below the folder of site.yaml. */
export const localPath = passing(
  'a path without .. (absolute, or below the folder of this file)',
  (value) => LINE.test(value) && !value.split('/').includes('..'),
);

function duration(expected: string, test: (length: Temporal.Duration) => boolean) {
  return passing(expected, (value) =>
    succeeds(() => {
      const length = Temporal.Duration.from(value);
      return length.sign >= 0 && test(length);
    }),
  ).meta({ format: 'duration' });
}
const hasLength = (length: Temporal.Duration) => length.years === 0 && length.months === 0;

/** An offset from a date; months and years are allowed. */
export const offset = duration('an ISO-8601 duration above zero such as P7D', (length) => length.sign > 0);
export const offsetOrZero = duration('an ISO-8601 duration such as P7D', () => true);
/** A length of time: a day is 24 hours; months and years are not allowed. */
export const interval = duration(
  'an ISO-8601 duration above zero without months or years, such as PT10M',
  (length) => length.sign > 0 && hasLength(length),
);
/** Each reminder adds events to a history, and a gate may wait for months. */
export const reminderInterval = duration(
  'an ISO-8601 duration of at least six hours without months or years, such as P1D',
  (length) => hasLength(length) && length.total({ unit: 'hours' }) >= 6,
);
export const intervalOrOff = passing(
  'off, or an ISO-8601 duration above zero without months or years, such as P14D',
  (value) => value === 'off' || interval.safeParse(value).success,
);
export const intervalOrZero = duration('an ISO-8601 duration without months or years, such as PT1H', hasLength);

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (value: string) => DAY.test(value) && succeeds(() => Temporal.PlainDate.from(value));
export const day = passing('a day such as 2027-08-10', isDay).meta({ format: 'date' });
export const date = passing(
  'a day such as 2027-02-10, or a date time with its offset such as 2027-02-10T18:00:00+09:00',
  (value) => isDay(value) || (value.includes('T') && succeeds(() => Temporal.Instant.from(value))),
);

export const timeOfDay = matching('a time of day such as "02:00"', /^([01]\d|2[0-3]):[0-5]\d$/);

export const kept = z
  .strictObject({
    user: userName.meta({ description: 'Account name on the hosts and on the ID server', examples: ['prof'] }),
    until: day.optional().meta({ description: 'Last day, inclusive, in the zone of the site; default: no end' }),
    reason: line('a reason').meta({ description: 'Shown at every gate', examples: ['professor'] }),
  })
  .meta({ description: 'An exempt account: not mailed, not removed, its sessions not ended, its home not wiped' });
