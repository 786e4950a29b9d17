import { expect, test } from 'vitest';
import { windowAt } from '../../domain/window.ts';

const SEOUL = 'Asia/Seoul';
const NIGHT = { from: '02:00', until: '06:00' };

test.each([
  // Before it, in it, after it: 17:00Z is 02:00 in Seoul.
  ['2027-03-01T12:00:00Z', NIGHT, '2027-03-01T17:00:00Z', '2027-03-01T21:00:00Z'],
  ['2027-03-01T18:30:00Z', NIGHT, '2027-03-01T18:30:00Z', '2027-03-01T21:00:00Z'],
  ['2027-03-01T21:00:00Z', NIGHT, '2027-03-02T17:00:00Z', '2027-03-02T21:00:00Z'],
  // Over midnight, on either side of it.
  ['2027-03-01T14:00:00Z', { from: '22:00', until: '04:00' }, '2027-03-01T14:00:00Z', '2027-03-01T19:00:00Z'],
  ['2027-03-01T16:00:00Z', { from: '22:00', until: '04:00' }, '2027-03-01T16:00:00Z', '2027-03-01T19:00:00Z'],
  ['2027-03-01T20:00:00Z', { from: '22:00', until: '04:00' }, '2027-03-02T13:00:00Z', '2027-03-02T19:00:00Z'],
  // The same hour twice is the whole day.
  ['2027-03-01T20:00:00Z', { from: '00:00', until: '00:00' }, '2027-03-01T20:00:00Z', '2027-03-02T15:00:00Z'],
])('at %s, %o', (instant, window, opens, closes) => {
  expect(windowAt(instant, window, SEOUL)).toEqual({ opens, closes });
});

test('follows the clocks of the zone', () => {
  // In the night of 28 March 2027 Berlin has no 02:30.
  expect(windowAt('2027-03-28T00:00:00Z', { from: '02:30', until: '06:00' }, 'Europe/Berlin')).toEqual({
    opens: '2027-03-28T01:30:00Z',
    closes: '2027-03-28T04:00:00Z',
  });
});

test('admits any hour if none is configured', () => {
  expect(windowAt('2027-03-01T12:00:00Z', undefined, SEOUL)).toEqual({ opens: '2027-03-01T12:00:00Z', closes: null });
});
