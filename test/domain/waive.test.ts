import { expect, test } from 'vitest';
import type { GateStatus } from '../../domain/status.ts';
import { approverRefusal, untilRefusal } from '../../domain/verdict.ts';
import { notWaived, waivable } from '../../domain/waivers.ts';

const gateOf = (name: string, waivable: readonly string[]) =>
  ({ gate: name, needed: 2, approvals: [], plan: { waivable } }) as unknown as GateStatus;
const why = (gate: GateStatus, verdict: 'approve' | 'reject', waive?: readonly string[]) =>
  approverRefusal({ by: 'bob', verdict, gate, approvers: ['bob'], startedBy: 'alice', ...(waive && { waive }) });

test('each approval of a wipe names every person without a notice', () => {
  const wipe = gateOf('wipe', ['erin', 'kim']);
  expect(why(wipe, 'approve')).toMatch(/--waive erin,kim$/);
  expect(why(wipe, 'approve', ['erin'])).toMatch(/^kim must be waived.*--waive kim$/);
  expect(why(wipe, 'approve', ['kim', 'erin', 'somebody'])).toBeNull();
  expect(why(wipe, 'reject')).toBeNull();
  expect(why(gateOf('wipe', []), 'approve')).toBeNull();
});

test('a refusal stays short for any number of people', () => {
  const many = Array.from({ length: 500 }, (_, n) => `user${n}`);
  expect(why(gateOf('wipe', many), 'approve')?.length).toBeLessThan(1000);
});

test('five hundred people are waived by name, more of them by one word that counts them', () => {
  const people = (count: number) => Array.from({ length: count }, (_, n) => `user${n}`);
  expect(waivable(people(500))).toEqual(people(500));
  expect(waivable(people(501))).toEqual(['all:501']);
  expect(notWaived(people(501), ['all:501'])).toEqual([]);
  expect(notWaived(people(501), ['all:500', 'user3'])).toHaveLength(500);
  // Few people are named: a word that somebody reuses covers none of them.
  expect(notWaived(people(2), ['all:2', 'user0'])).toEqual(['user1']);
  expect(why(gateOf('wipe', waivable(people(612))), 'approve')).toMatch(/--waive all:612$/);
});

test('the gate of mails, too, demands a waiver by name for each person without a mail', () => {
  expect(why(gateOf('notice', ['erin']), 'approve')).toMatch(/--waive erin$/);
  expect(why(gateOf('notice', ['erin']), 'approve', ['erin'])).toBeNull();
});

test('untilRefusal refuses a day that is past or invalid', () => {
  // Midday in Seoul, the evening before in Honolulu.
  const now = new Date('2027-02-11T03:00:00Z');
  for (const day of ['2027-02-10', '2027-02-11', '2028-02-29', '9999-12-31'])
    expect(untilRefusal(day, now, null)).toBeNull();
  for (const day of ['2027-02-09', '2026-12-31']) expect(untilRefusal(day, now, null)).toMatch(/is past/);
  for (const day of ['2027-02-30', '2027-13-01', 'June', '', '2027-2-1', '02027-02-11'])
    expect(untilRefusal(day, now, null)).toMatch(/must be a day/);
});

test('untilRefusal refuses a day that ends before the wipe, also that of the deadline', () => {
  const now = new Date('2027-02-01T03:00:00Z');
  for (const day of ['2027-02-11', '2027-02-12']) expect(untilRefusal(day, now, '2027-02-11')).toBeNull();
  for (const day of ['2027-02-10', '2027-02-02'])
    expect(untilRefusal(day, now, '2027-02-11')).toMatch(`${day} ends before the wipe, which can run from 2027-02-11`);
});
