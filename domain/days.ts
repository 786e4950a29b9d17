import { Temporal } from 'temporal-polyfill';
import type { Language } from './names.ts';

/** The day of a UTC instant in `zone`, for people: `2027년 8월 10일 (화)` or `Tuesday, 10 August 2027`. */
export function formatDay(instant: string, zone: string, language: Language): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  const named = (locale: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(at.epochMilliseconds));
  if (language === 'ko') return `${at.year}년 ${at.month}월 ${at.day}일 (${named('ko-KR', { weekday: 'short' })})`;
  return `${named('en-GB', { weekday: 'long' })}, ${at.day} ${named('en-GB', { month: 'long' })} ${at.year}`;
}

/**
 * A moment in Jekyll's front matter format, in `zone`, rounded down to a minute: `2027-03-02 09:00:00 +0900`. The
 * offset is required: a site that builds in UTC drops posts with a date in the future.
 */
export function formatPostDate(moment: Date, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.toPlainDate().toString()} ${two(at.hour)}:${two(at.minute)}:00 ${at.offset.replace(':', '')}`;
}
