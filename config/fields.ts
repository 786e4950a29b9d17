import { isIP } from 'node:net';
import { posix } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { ACCOUNT_NAME } from '../domain/names.ts';
import { isZone } from '../domain/calendar.ts';
import { HIDDEN } from './hidden.ts';

/** The field types of site.yaml and semester.yaml. Each error text completes "expected …". */

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOSTNAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`, 'i');
/** These values become mail headers, file names, journal lines and what approvers read. */
const LINE = new RegExp(`^(?=.*\\S)[^${HIDDEN}]{1,1000}$`, 'u');

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

export const line = (what: string) =>
  matching(`${what}, in one line of at most 1000 characters, none of them hidden`, LINE);
/** A value that becomes a command's argument: it must not parse as an option. */
export const notOption = (what: string) => matching(`${what}, not beginning with -`, /^[^\p{Cc}\s-][^\p{Cc}\s]*$/u);
export const text = (what: string) => passing(what, (value) => value.trim() !== '');
export const userName = matching('a POSIX user name such as prof', ACCOUNT_NAME);
export const hostName = matching(
  'a short host name (DNS label) with a letter, such as asahi',
  new RegExp(`^(?=.*[a-z])${LABEL}$`),
);
export const slug = (example: string) =>
  matching(`a name of lower-case letters, digits and hyphens such as ${example}`, /^[a-z0-9][a-z0-9-]{0,47}$/);
export const address = passing(
  'a DNS name or an IP address',
  // A name that ends in a number is read as an address: 0x7f000001 is 127.0.0.1.
  (value) => isIP(value) !== 0 || (HOSTNAME.test(value) && !/(^|\.)(\d+|0x[\da-f]*)$/i.test(value)),
);
export const whole = (expected: string, most = 100_000) =>
  z.int({ error: expected }).min(1, { error: expected }).max(most, { error: expected });
export const port = whole('a port from 1 to 65535', 65_535);
/** Longer ones no mail server takes (RFC 5321). */
export const email = z
  .email({ error: 'an e-mail address' })
  .regex(/^[^@]{1,64}@.{1,189}$/, { error: 'an e-mail address of at most 254 characters, 64 of them before the @' });
const MAILBOX = 'an e-mail address, or Name <address>';
export const mailbox = judged(MAILBOX, (value) => {
  const [, name = '', inner = value] = /^([^<>]*)<([^<>]+)>$/.exec(value) ?? [];
  if (!email.safeParse(inner).success || (name !== '' && !LINE.test(name))) return MAILBOX;
  // A mail server would read several senders, or a comment.
  const plain = /^("[^"\\]*"\s*|[^"(),:;@[\]\\]*)$/.test(name);
  return plain ? null : 'a name in quotation marks if it holds one of ( ) , : ; @ [ ], such as "A, B" <address>';
});

const WEB = 'an http or https address';
/** What is wrong with an address that the standard parser would repair in silence. */
function oddUrl(value: string): string | null {
  if (!LINE.test(value) || /[\s\\]/.test(value)) return 'an address without spaces, \\ and hidden characters';
  if (!/^https?:\/\/[^/]/i.test(value) || !URL.canParse(value)) return WEB;
  if (/^[^/]*\/\/[^/?#]*@/.test(value)) return 'an address without user name and password';
  const { hostname, port: given } = new URL(value);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const writtenOut = isIP(host) !== 4 || value.includes(host);
  if (!writtenOut || !address.safeParse(host).success) return 'an address with a DNS name or a complete IP address';
  return given === '0' ? 'an address with a port from 1 to 65535' : null;
}
export const webUrl = judged(WEB, oddUrl).meta({ format: 'uri' });
const HTTPS = 'an https address';
/** A service that gets a password or token: without TLS only on the machine of the worker. */
export const serviceUrl = judged(HTTPS, (value) => {
  if (/^(?!https?:)[a-z][a-z0-9+.-]*:/i.test(value)) return HTTPS;
  const odd = oddUrl(value);
  if (odd !== null) return odd;
  const { protocol, hostname } = new URL(value);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return null;
  return 'an https address: over http, the password would travel unencrypted';
}).meta({ format: 'uri' });
/** The address of a server, to which the service adds paths. */
export const serverUrl = judged(HTTPS, (value) => {
  const issue = serviceUrl.safeParse(value).error?.issues[0];
  if (issue) return issue.message;
  const bare = /^[^/]*\/\/[^/?#]+\/?$/.test(value);
  return bare ? null : `an address without a path, such as ${new URL(value).origin}`;
}).meta({ format: 'uri' });
/** Whether a host of an address is this machine, so that nothing travels: `localhost`, `127.0.0.1`, `::1`, `[::1]`. */
export const isLoopback = (host: string) => /^(localhost|\[?::1\]?|127\.\d+\.\d+\.\d+)$/i.test(host);
export const zone = passing('an IANA time zone such as Asia/Seoul', isZone);
export const language = z.enum(['ko', 'en'], { error: 'ko or en' });

/** A text of which `problemOf` says what is wrong; null: nothing. The answer completes "expected …". */
export function judged(expected: string, problemOf: (value: string) => string | null) {
  return z.string({ error: expected }).refine((value) => problemOf(value) === null, {
    error: ({ input }) => problemOf(String(input)) ?? expected,
  });
}

/** What is wrong with the parts of a path, whichever folder it starts from. */
function oddParts(path: string, expected: string): string | null {
  if (path.startsWith('~')) return 'a path that is written out: ~ is not expanded';
  if (/[$`]/.test(path)) return 'a path that is written out: variables are not expanded';
  if (!LINE.test(path)) return 'a path in one line of at most 1000 characters, none of them hidden';
  // fstab, exports and the lists of hosts separate by spaces.
  if (/\s/.test(path)) return 'a path without spaces';
  const parts = path.replace(/^\//, '').split('/');
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return 'a path with at most 255 bytes between two /';
  if (parts.some((part) => part === '.' || part === '..')) return expected;
  if (parts.length > 1 && parts.at(-1) === '' && !path.includes('//')) {
    return `a path without a / at its end, such as ${path.slice(0, -1)}`;
  }
  if (path.includes('//')) return `a path without //, such as ${path.replaceAll(/\/+/g, '/')}`;
  return null;
}

const ABSOLUTE = 'an absolute path without .., such as /csehome';
/** A path on a host. */
export const absolutePath = judged(ABSOLUTE, (value) => {
  if (value === '/') return 'an absolute path below /, such as /csehome';
  const odd = oddParts(value, ABSOLUTE);
  return odd ?? (value.startsWith('/') ? null : ABSOLUTE);
});
export const INNER = 'a path below the btrfs top level, without a leading / and without .., such as backups/gpu';
/** A relative path on a host, e.g. below the btrfs top level. */
export const innerPath = judged(INNER, (value) => (value.startsWith('/') ? INNER : oddParts(value, INNER)));
/** A file or folder of the worker: absolute, or below the folder of site.yaml. */
export const localPath = judged('a path without .. (absolute, or below the folder of this file)', (value) => {
  if (value.startsWith('~')) return 'a path that is written out: ~ is not expanded';
  if (/[$`]/.test(value)) return 'a path that is written out: variables are not expanded';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return 'a path, not an address';
  if (!LINE.test(value)) return 'a path in one line of at most 1000 characters, none of them hidden';
  if (value.trim() !== value) return 'a path that does not begin or end with a space';
  return value.split('/').includes('..') ? 'a path without .. (absolute, or below the folder of this file)' : null;
});

/** Folders of many owners: the state may lie below them. */
const SHARED =
  /^\/(|home|lost\+found|media|mnt|opt|root|srv|tmp|var|var\/(backups|cache|lib|local|log|mail|opt|spool|tmp))$/;
const OF_SYSTEM = /^\/(bin|boot|dev|efi|etc|lib(32|64|x32)?|proc|run|sbin|sys|usr|var\/(run|lock))(\/|$)/;
const STATE = 'a folder of its own on a disk, such as /var/lib/gpu-semester';
/** The folder of the service's state: no folder of the system itself, and none that is empty after a reboot. */
export const stateFolder = judged(STATE, (value) => {
  const issue = localPath.safeParse(value).error?.issues[0];
  if (issue) return issue.message;
  const folder = posix.normalize(value).replace(/(.)\/+$/, '$1');
  return folder === '.' || SHARED.test(folder) || OF_SYSTEM.test(folder) ? STATE : null;
});

/** The limits of a duration. Below the least a schedule never rests; above the most a mistyped unit is likely. */
interface Limits {
  readonly least?: string;
  readonly most: string;
  /** Whether months and years, whose length varies, are allowed. */
  readonly calendar?: boolean;
}

const START = Temporal.PlainDateTime.from('2001-01-01T00:00');
const lengthOf = (length: Temporal.Duration) => length.total({ unit: 'seconds', relativeTo: START });

function duration(expected: string, { least = 'PT0S', most, calendar = false }: Limits) {
  return judged(expected, (value) => {
    const length = parsed(value);
    if (length === null || length.sign < 0) return expected;
    if (!calendar && (length.years !== 0 || length.months !== 0)) return expected;
    const [seconds, lowest, highest] = [length, ...[least, most].map((limit) => Temporal.Duration.from(limit))].map(
      lengthOf,
    ) as [number, number, number];
    if (seconds < lowest) return `${expected}, at least ${least}`;
    return seconds > highest ? `${expected}, at most ${most}` : null;
  }).meta({ format: 'duration' });
}

function parsed(value: string): Temporal.Duration | null {
  try {
    const length = Temporal.Duration.from(value);
    // Throws if the length is more than dates can express.
    return lengthOf(length) < Infinity ? length : null;
  } catch {
    return null;
  }
}

/** An offset from a date; months and years are allowed. */
export const offset = (most: string) =>
  duration('an ISO-8601 duration above zero such as P7D', { least: 'PT1S', most, calendar: true });
export const offsetOrZero = (most: string) => duration('an ISO-8601 duration such as P7D', { most, calendar: true });
/** A length of time: a day is 24 hours; months and years are not allowed. */
export const interval = (least: string, most: string) =>
  duration('an ISO-8601 duration above zero without months or years, such as PT10M', { least, most });
/** Each reminder adds events to a history, and a gate may wait for months. */
export const reminderInterval = duration(
  'an ISO-8601 duration of at least six hours without months or years, such as P1D',
  { least: 'PT6H', most: 'P60D' },
);
export const intervalOrOff = (least: string, most: string) =>
  judged('off, or an ISO-8601 duration above zero without months or years, such as P14D', (value) => {
    const issue = value === 'off' ? undefined : interval(least, most).safeParse(value).error?.issues[0];
    return issue === undefined ? null : `off, or ${issue.message.replace('PT10M', 'P14D')}`;
  });
export const intervalOrZero = (most: string) =>
  duration('an ISO-8601 duration without months or years, such as PT1H', { most });

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (value: string) => DAY.test(value) && succeeds(() => Temporal.PlainDate.from(value));
/** Without what the standard parser ignores, such as [Asia/Tokyo] behind +09:00. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;
export const day = passing('a day such as 2027-08-10', isDay).meta({ format: 'date' });
export const date = passing(
  'a day such as 2027-02-10, or a date time with its offset such as 2027-02-10T18:00:00+09:00',
  (value) => isDay(value) || (INSTANT.test(value) && succeeds(() => Temporal.Instant.from(value))),
);

export const timeOfDay = matching('a time of day such as "02:00"', /^([01]\d|2[0-3]):[0-5]\d$/);

export const kept = z
  .strictObject({
    user: userName.meta({ description: 'Account name on the hosts and on the ID server', examples: ['prof'] }),
    until: day.optional().meta({ description: 'Last day, inclusive, in the zone of the site; default: no end' }),
    reason: line('a reason').meta({ description: 'Shown at every gate', examples: ['professor'] }),
  })
  .meta({ description: 'An exempt account: not mailed, not removed, its sessions not ended, its home not wiped' });
