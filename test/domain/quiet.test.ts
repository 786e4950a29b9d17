import { describe, expect, it } from 'vitest';
import { isQuiet, lastDayAt } from '../../domain/quiet.ts';

const seoul = (time: string) => new Date(`2027-03-05T${time}:00+09:00`);

describe('quiet hours', () => {
  it.each([
    ['22:00', '08:00', '21:59', false],
    ['22:00', '08:00', '22:00', true],
    ['22:00', '08:00', '03:00', true],
    ['22:00', '08:00', '08:00', false],
    ['12:00', '13:00', '12:30', true],
    ['12:00', '13:00', '13:00', false],
    ['00:00', '00:00', '00:00', false],
  ])('from %s until %s: at %s %s', (from, until, time, quiet) => {
    expect(isQuiet(seoul(time), { from, until }, 'Asia/Seoul')).toBe(quiet);
  });
});

describe('the day of the list', () => {
  it('begins at its hour in the site’s zone', () => {
    expect(lastDayAt(seoul('09:59'), '10:00', 'Asia/Seoul')).toBe('2027-03-04');
    expect(lastDayAt(seoul('10:00'), '10:00', 'Asia/Seoul')).toBe('2027-03-05');
    expect(lastDayAt(seoul('00:30'), '00:00', 'Asia/Seoul')).toBe('2027-03-05');
  });
});
