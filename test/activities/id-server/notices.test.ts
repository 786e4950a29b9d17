import { expect, it } from 'vitest';
import { isShort, laterDeadline, noticesOf } from '../../../activities/id-server/notices.ts';
import type { LedgerEntry } from '../../../activities/store/store.ts';

const DAY = 86_400_000;
const line = (person: string, kind: string, at: string, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  semester: '2027-spring',
  kind,
  edition: 1,
  person,
  state: 'sent',
  messageId: '<x@y>',
  answer: null,
  at,
  ...change,
});

it('counts from the first mail that named the date of this edition', () => {
  const notices = noticesOf(
    [
      line('erin', 'notice-1', '2027-02-09T00:00:00Z'),
      line('erin', 'notice-0', '2027-02-03T00:00:00Z'),
      line('erin', 'notice-0', '2027-01-01T00:00:00Z', { edition: 0 }),
      line('erin', 'deadline', '2027-01-01T00:00:00Z'),
      line('frank', 'notice-0', '2027-02-03T00:00:00Z', { state: 'refused' }),
      line('frank', 'correction-0', '2027-02-04T00:00:00Z'),
      line('grace', 'notice-0', '2027-02-03T00:00:00Z', { state: 'no-address' }),
      line('heidi', 'notice-0', '2027-02-03T00:00:00Z'),
      line('heidi', 'notice-1', '2027-02-09T00:00:00Z', { state: 'unknown' }),
    ],
    1,
  );
  expect(Object.fromEntries([...notices].map(([user, { at }]) => [user, at]))).toEqual({
    erin: '2027-02-03T00:00:00Z',
    frank: '2027-02-04T00:00:00Z',
    grace: null,
    heidi: '2027-02-03T00:00:00Z',
  });
  expect(notices.get('grace')?.state).toBe('no-address');
});

it('allows for the duration of a round of mails, and for no more', () => {
  const noticed = '2027-02-03T15:00:00Z';
  const after = (ms: number) => new Date(Date.parse(noticed) + ms);
  expect(isShort(noticed, after(7 * DAY), 7 * DAY)).toBe(false);
  expect(isShort(noticed, after(7 * DAY - 3_600_000), 7 * DAY)).toBe(false);
  expect(isShort(noticed, after(7 * DAY - 3 * 3_600_000), 7 * DAY)).toBe(true);
});

it('offers a deadline in the site’s zone: a day, or a minute if the minimum is shorter', () => {
  // 05:00 of the 11th in Seoul.
  const now = new Date('2027-02-10T20:00:00Z');
  expect(laterDeadline(now, 7 * DAY, 'Asia/Seoul')).toBe('2027-02-18');
  expect(laterDeadline(now, 7 * DAY, 'UTC')).toBe('2027-02-17');
  expect(laterDeadline(now, 90_000, 'Asia/Seoul')).toBe('2027-02-11T05:02+09:00');
});
