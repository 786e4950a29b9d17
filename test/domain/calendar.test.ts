import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarOf, dateIn, durationMs, formatInstant, isZone } from '../../domain/calendar.ts';
import { dayOf } from '../../domain/moments.ts';
import type { Semester } from '../../domain/semester.ts';

const SEOUL = 'Asia/Seoul';
const BERLIN = 'Europe/Berlin';

function semester(change: Partial<Semester> = {}): Semester {
  return {
    name: '2027-spring',
    deadline: '2027-02-10',
    notices: ['P7D'],
    noticeGateLead: 'P7D',
    minimumNotice: 'P7D',
    period: { from: '2027-03-02', until: '2027-08-10' },
    mode: 'update',
    order: 'wipe-first',
    applications: { until: '2027-08-01', every: 'PT10M', nudges: ['P3D', 'P7D'], grace: 'PT1H' },
    keep: [],
    title: '2027년 봄학기 GPU 서버 계정 신청 안내',
    ...change,
  };
}

describe('calendarOf', () => {
  test('computes the whole semester of the runbook in Seoul', () => {
    expect(calendarOf(semester(), SEOUL)).toEqual({
      notices: ['2027-02-03T14:59:59Z'],
      noticeGateOpens: '2027-01-27T14:59:59Z',
      deadline: '2027-02-10T14:59:59Z',
      minimumNoticeMs: 7 * 86_400_000,
      periodFrom: '2027-03-01T15:00:00Z',
      periodUntil: '2027-08-10T14:59:59Z',
      applicationsUntil: '2027-08-01T14:59:59Z',
      applicationsEveryMs: 600_000,
      graceMs: 3_600_000,
      nudgesMs: [259_200_000, 604_800_000],
      wipeFrom: '2027-02-11',
      nextSemesterFrom: '2027-07-06T14:59:59Z',
    });
  });

  test('keeps the hour of the day when the clocks change between notice and deadline', () => {
    const calendar = calendarOf(semester({ deadline: '2027-03-30', notices: ['P7D', 'PT168H'] }), BERLIN);
    expect(calendar.deadline).toBe('2027-03-30T21:59:59Z');
    // 28 March has 23 hours: a week of days is an hour shorter than 168 hours.
    expect(calendar.notices).toEqual(['2027-03-23T21:59:59Z', '2027-03-23T22:59:59Z']);
    expect(calendar.minimumNoticeMs).toBe(7 * 86_400_000 - 3_600_000);
  });

  test('ends the day of the autumn change at its last second', () => {
    expect(calendarOf(semester({ deadline: '2027-10-31' }), BERLIN).deadline).toBe('2027-10-31T22:59:59Z');
  });

  test('starts a day at its first hour if the clocks skip midnight', () => {
    const calendar = calendarOf(semester({ period: { from: '2027-09-05', until: '2027-12-01' } }), 'America/Santiago');
    expect(calendar.periodFrom).toBe('2027-09-05T04:00:00Z');
  });

  test.each([
    ['2028-02-29', 'P1M', '2028-01-29T14:59:59Z'],
    ['2027-03-31', 'P1M', '2027-02-28T14:59:59Z'],
    ['2027-12-31', 'P7D', '2027-12-24T14:59:59Z'],
    ['2027-03-03', 'P7D', '2027-02-24T14:59:59Z'],
  ])('deadline %s less %s', (deadline, offset, expected) => {
    expect(calendarOf(semester({ deadline, notices: [offset] }), SEOUL).notices).toEqual([expected]);
  });

  test('accepts date times with an offset, and sorts the notices', () => {
    const calendar = calendarOf(
      semester({ deadline: '2027-02-10T18:00:00+09:00', notices: ['PT30S', 'P1DT1H', 'PT1H'] }),
      BERLIN,
    );
    expect(calendar.deadline).toBe('2027-02-10T09:00:00Z');
    expect(calendar.notices).toEqual(['2027-02-09T08:00:00Z', '2027-02-10T08:00:00Z', '2027-02-10T08:59:30Z']);
    expect(calendar.noticeGateOpens).toBe('2027-02-02T08:00:00Z');
  });

  test.each(['10.2.2027', '2027-02-30', '2027-02-10T18:00:00', ''])('refuses %j', (deadline) => {
    expect(() => calendarOf(semester({ deadline }), SEOUL)).toThrow(RangeError);
  });

  test('a deadline prints as the written day, in every zone', () => {
    const zones = fc.constantFrom(SEOUL, BERLIN, 'America/Santiago', 'Pacific/Kiritimati', 'America/St_Johns');
    const days = fc.date({
      min: new Date('2025-01-01T00:00:00Z'),
      max: new Date('2040-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(days, zones, (date, zone) => {
        const day = date.toISOString().slice(0, 10);
        const calendar = calendarOf(semester({ deadline: day, period: { from: day, until: day } }), zone);
        expect(dateIn(calendar.deadline, zone)).toBe(day);
        expect(dateIn(calendar.periodFrom, zone)).toBe(day);
        expect(Date.parse(calendar.periodFrom)).toBeLessThan(Date.parse(calendar.deadline));
      }),
      { numRuns: 200 },
    );
  });
});

test('durationMs counts weeks, days and times, and refuses a text without a length', () => {
  expect(durationMs('PT10M')).toBe(600_000);
  expect(durationMs('P1W2DT3H')).toBe((9 * 24 + 3) * 3_600_000);
  expect(durationMs('PT0.5S')).toBe(500);
  expect(() => durationMs('P1M')).toThrow(/P1M has years or months/);
  expect(() => durationMs('10 minutes')).toThrow(RangeError);
});

test('formatInstant writes the local weekday, day and hour in both languages', () => {
  expect(formatInstant('2027-02-10T14:59:59Z', SEOUL, 'ko')).toBe('2027년 2월 10일 (수) 오후 11시 59분');
  expect(formatInstant('2027-02-10T14:59:59Z', SEOUL, 'en')).toBe('Wednesday, 10 February 2027, 23:59 (Asia/Seoul)');
  expect(formatInstant('2027-02-09T15:05:00Z', SEOUL, 'ko')).toBe('2027년 2월 10일 (수) 오전 0시 5분');
});

test('dateIn and dayOf are the day of the zone, not of UTC', () => {
  expect(dayOf(Date.parse('2027-02-09T15:00:00Z') / 1000, SEOUL)).toBe('2027-02-10');
  expect(dateIn('2027-02-09T15:00:00Z', SEOUL)).toBe('2027-02-10');
  expect(dateIn('2027-02-09T14:59:59Z', SEOUL)).toBe('2027-02-09');
});

test('isZone knows IANA names only', () => {
  expect([SEOUL, 'UTC'].map(isZone)).toEqual([true, true]);
  expect(['Asia/Seuol', '+09:00', ''].map(isZone)).toEqual([false, false, false]);
});
