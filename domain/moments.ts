import { Temporal } from 'temporal-polyfill';
import type { Language } from './names.ts';

/** `2027-02-10`: a day without a time. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The first instant of a day in `zone` (00:00, or later where the clocks skip midnight). */
function startOf(day: Temporal.PlainDate, zone: string): Temporal.Instant {
  return day.toZonedDateTime({ timeZone: zone }).toInstant();
}

/**
 * The instant of a date that ENDS something. A day means its last second (23:59:59, the next midnight minus one
 * second), so it still prints as that day. A date time with an offset means itself.
 * @throws RangeError if `date` is neither
 */
export function endOf(date: string, zone: string): Temporal.Instant {
  if (!DAY.test(date)) return Temporal.Instant.from(date);
  return startOf(Temporal.PlainDate.from(date).add({ days: 1 }), zone).subtract({ seconds: 1 });
}

/**
 * The instant of a date that BEGINS something: a day means its first instant in `zone`.
 * @throws RangeError if malformed
 */
export function beginningOf(date: string, zone: string): Temporal.Instant {
  if (!DAY.test(date)) return Temporal.Instant.from(date);
  return startOf(Temporal.PlainDate.from(date), zone);
}

/**
 * The instant `duration` (ISO-8601) before `instant`. Years to days follow the calendar of `zone`: P7D keeps the time
 * of day across a clock change. Hours to seconds are exact.
 * @throws RangeError if malformed
 */
export function before(instant: Temporal.Instant, duration: string, zone: string): Temporal.Instant {
  return instant.toZonedDateTimeISO(zone).subtract(Temporal.Duration.from(duration)).toInstant();
}

/**
 * Milliseconds of an ISO-8601 duration; a day is 24 hours.
 * @throws RangeError for years and months, whose length varies
 */
export function durationMs(duration: string): number {
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds } = Temporal.Duration.from(duration);
  if (years !== 0 || months !== 0) throw new RangeError(`${duration} has years or months: give days`);
  return new Temporal.Duration(0, 0, 0, days + 7 * weeks, hours, minutes, seconds, milliseconds).total('milliseconds');
}

/** The day (YYYY-MM-DD) of a UTC instant in `zone`. */
export function dateIn(instant: string, zone: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The day (YYYY-MM-DD) of Unix seconds in `zone`. */
export const dayOf = (seconds: number, zone: string): string => dateIn(new Date(seconds * 1000).toISOString(), zone);

/**
 * Formats a UTC instant for people, in `zone`: `2027년 2월 10일 (수) 오후 11시 59분` or
 * `Wednesday, 10 February 2027, 23:59 (Asia/Seoul)`. R1's mails and every plan use it.
 */
export function formatInstant(instant: string, zone: string, language: Language): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  const named = (locale: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(at.epochMilliseconds));
  const minute = String(at.minute).padStart(2, '0');
  if (language === 'ko') {
    const weekday = named('ko-KR', { weekday: 'short' });
    return `${at.year}년 ${at.month}월 ${at.day}일 (${weekday}) ${koreanTime(at)}`;
  }
  const weekday = named('en-GB', { weekday: 'long' });
  const month = named('en-GB', { month: 'long' });
  const hour = String(at.hour).padStart(2, '0');
  return `${weekday}, ${at.day} ${month} ${at.year}, ${hour}:${minute} (${zone})`;
}

/** As people write it: `자정(0시)`, `오전 2시`, `정오`, `오후 11시 59분`. 자정 alone may be read as the end of that day. */
function koreanTime({ hour, minute }: Temporal.ZonedDateTime): string {
  if (minute === 0 && hour % 12 === 0) return hour === 0 ? '자정(0시)' : '정오';
  const half = hour < 12 ? `오전 ${hour}시` : `오후 ${hour === 12 ? 12 : hour - 12}시`;
  return minute === 0 ? half : `${half} ${minute}분`;
}

/** Formats a UTC instant for a screen, where space is short: `2027-02-10 (Wed) 23:59`, `2027-02-10 (수) 23:59`. */
function formatMinute(instant: string, zone: string, language: Language): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  const locale = language === 'ko' ? 'ko-KR' : 'en-GB';
  const named = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: zone });
  const weekday = named.format(new Date(at.epochMilliseconds));
  return `${at.toPlainDate().toString()} (${weekday}) ${at.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

/** Who reads a text: in which zone and language. */
export interface Reader {
  readonly zone: string;
  readonly language: Language;
  /** Whether each time names its zone, because it is this computer's and not the site's. */
  readonly namesZone: boolean;
}

/** A quoted text, which is what a file or a person holds, or an instant. */
const QUOTED_OR_INSTANT = /"(?:[^"\\\n]|\\.)*"|\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/**
 * The text with each UTC instant in the reader's zone and language: `2027-02-10 (Wed) 23:59`. What is quoted stays as it is, and so does what only
 * looks like an instant: people may have written it.
 */
export const inReadersTime = (text: string, { zone, language, namesZone }: Reader): string =>
  text.replace(QUOTED_OR_INSTANT, (found) =>
    found.startsWith('"') || !isInstant(found)
      ? found
      : formatMinute(found, zone, language) + (namesZone ? ` ${zone}` : ''),
  );

function isInstant(text: string): boolean {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether this computer knows `zone` as an IANA zone. */
export function isZone(zone: string): boolean {
  // Temporal also accepts offsets such as +09:00, but they do not follow clock changes.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}
