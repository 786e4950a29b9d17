import { Temporal } from 'temporal-polyfill';

/** `2027. 3. 3 오전 9:12:34`, `2027/03/03 9:12:34 오전 GMT+9`, `2027-03-03 09:12:34` */
const YEAR_FIRST =
  /^(?<year>\d{4})[-./]\s*(?<month>\d{1,2})[-./]\s*(?<day>\d{1,2})\.?[T\s]+(?<before>오전|오후|AM|PM)?\s*(?<time>\d{1,2}:\d{2}(:\d{2})?)\s*(?<after>오전|오후|AM|PM)?\s*(?<offset>.*)$/i;
/** `2027-03-03T09:12:34.567Z`, `20270303T091234+0900`, `2027-03-03 09:12:34,5 +09:00`, `2027-03-03T09:12` */
const ISO = /^(\d{4}-\d{2}-\d{2}|\d{8})[T ]\d{2}/i;
/** `3/3/2027 9:12:34` */
const MONTH_FIRST =
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})\s+(?<time>\d{1,2}:\d{2}(:\d{2})?)\s*(?<after>AM|PM)?(?<offset>)$/i;

/** More characters than any timestamp has. The expressions above take long for a very long text. */
const MOST = 100;

/**
 * Parses a form's timestamp and returns UTC ISO-8601; null if the format is unknown. A timestamp without an offset is
 * in `zone`.
 */
export function surveyMoment(text: string, zone: string): string | null {
  if (text.length > MOST) return null;
  const iso = ISO.test(text) ? isoMoment(text, zone) : null;
  if (iso !== null) return iso;
  const parts = (YEAR_FIRST.exec(text) ?? MONTH_FIRST.exec(text))?.groups;
  if (parts === undefined) return null;
  const [hour = 0, minute = 0, second = 0] = (parts['time'] ?? '').split(':').map(Number);
  const offset = offsetOf(parts['offset'] ?? '');
  try {
    return Temporal.PlainDateTime.from(
      {
        year: Number(parts['year']),
        month: Number(parts['month']),
        day: Number(parts['day']),
        hour: clockHour(hour, parts['before'] ?? parts['after'] ?? ''),
        minute,
        second,
      },
      { overflow: 'reject' },
    )
      .toZonedDateTime(offset ?? zone)
      .toInstant()
      .toString();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function isoMoment(text: string, zone: string): string | null {
  const compact = text
    .trim()
    .replace(/\[.*\]$/, '')
    .replace(/ /, 'T')
    .replaceAll(' ', '')
    .toUpperCase();
  try {
    const hasOffset = /(Z|[+-]\d{2}(:?\d{2})?)$/.test(compact.slice('20270303T09'.length));
    const instant = hasOffset
      ? Temporal.Instant.from(compact)
      : Temporal.PlainDateTime.from(compact).toZonedDateTime(zone).toInstant();
    return instant.round({ smallestUnit: 'second', roundingMode: 'trunc' }).toString();
  } catch {
    return null;
  }
}

function clockHour(hour: number, half: string): number {
  if (/^(오후|PM)$/i.test(half)) return hour === 12 ? 12 : hour + 12;
  if (/^(오전|AM)$/i.test(half)) return hour === 12 ? 0 : hour;
  return hour;
}

function offsetOf(text: string): string | null {
  if (text.trim() === 'Z') return 'UTC';
  const parts = /^(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(text.trim());
  return parts ? `${parts[1]}${parts[2]?.padStart(2, '0')}:${parts[3] ?? '00'}` : null;
}
