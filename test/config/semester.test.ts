import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { checkSemester, loadSemester, loadSite } from '../../config/load.ts';
import type { semesterSchema } from '../../config/semester-schema.ts';
import type { Semester } from '../../domain/semester.ts';
import {
  changedExample,
  fileOf,
  SEMESTER_EXAMPLE,
  semesterIssues,
  semesterRejects,
  SITE_EXAMPLE,
  type Case,
} from './files.ts';

const site = await loadSite(SITE_EXAMPLE);
const now = new Date('2027-01-10T00:00:00Z');

const MINIMAL = `
name: 2027-fall
deadline: 2027-08-10
period: { from: 2027-09-01, until: 2028-02-10 }
applications: { until: 2028-02-01 }
`;

test('the schema makes a Semester and nothing else', () => {
  type Made = z.output<typeof semesterSchema>;
  expectTypeOf<Made>().toExtend<Semester>();
  expectTypeOf<keyof Made>().toEqualTypeOf<keyof Semester>();
});

test('the example is valid', async () => {
  const semester = await loadSemester(SEMESTER_EXAMPLE, {}, { site, now });
  expect(semester.keep).toEqual([{ user: 'grad', until: '2027-06-30', reason: 'thesis in progress' }]);
});

test('missing keys have the defaults of the runbook, and the name makes the title', async () => {
  expect(await loadSemester(await fileOf('semester.yaml', MINIMAL), {}, { site, now })).toEqual({
    name: '2027-fall',
    deadline: '2027-08-10',
    notices: ['P7D'],
    noticeGateLead: 'P7D',
    minimumNotice: 'P7D',
    period: { from: '2027-09-01', until: '2028-02-10' },
    mode: 'update',
    order: 'wipe-first',
    applications: { until: '2028-02-01', every: 'PT10M', grace: 'PT1H', nudges: ['P3D', 'P7D'] },
    keep: [],
    title: '2027년 가을학기 GPU 서버 계정 신청 안내',
  });
});

test('flags override the file key by key, and errors in them are of the command line', async () => {
  const file = await fileOf('semester.yaml', MINIMAL);
  const semester = await loadSemester(file, { mode: 'reinstall', period: { until: '2028-02-15' } }, { site, now });
  expect([semester.mode, semester.period]).toEqual(['reinstall', { from: '2027-09-01', until: '2028-02-15' }]);
  await expect(loadSemester(file, { deadline: '2027-01-09', leader: 'asahy' }, { site, now })).rejects.toThrow(
    /^command line {2}deadline {2}found "2027-01-09", expected a date after now.*\ncommand line {2}leader {2}found "asahy"/,
  );
});

test('flags alone make a semester', async () => {
  const dates = { deadline: '2027-08-10', period: { from: '2027-09-01', until: '2028-02-10' } };
  const flags = { name: '2027-fall', ...dates, applications: { until: '2028-02-01' } };
  expect((await loadSemester(null, flags, { site, now })).deadline).toBe('2027-08-10');
});

test('a past deadline is valid for a semester that runs', async () => {
  const issues = await semesterIssues(MINIMAL, { site, now: new Date('2027-08-10T15:00:00Z') });
  expect(issues.map((issue) => [issue.key, issue.line, issue.column])).toEqual([['deadline', 3, 11]]);
  expect(await semesterIssues(MINIMAL, { site, now: new Date('2027-08-10T14:59:58Z') })).toEqual([]);
  expect(checkSemester(await loadSemester(await fileOf('s.yaml', MINIMAL), {}, { site })).name).toBe('2027-fall');
});

const CASES: readonly Case[] = [
  [
    'a deadline in the past',
    ['deadline: 2027-02-10', 'deadline: 2027-01-09'],
    'deadline',
    'deadline: 2027',
    'found "2027-01-09", expected a date after now (2027-01-10T00:00:00.000Z)',
  ],
  [
    'a period that ends before it starts',
    ['until: 2027-08-10', 'until: 2027-03-01'],
    'period.until',
    'until: 2027-03-01',
    'found "2027-03-01", expected a date after period.from (line <from:>)',
  ],
  [
    'a period that ends before the deadline',
    ['from: 2027-03-02\n  until: 2027-08-10', 'from: 2027-01-02\n  until: 2027-01-31'],
    'period.until',
    'until: 2027-01-31',
    'a date after the deadline (line <deadline:>)',
  ],
  [
    'applications after the period',
    ['until: 2027-08-01', 'until: 2027-08-11'],
    'applications.until',
    'until: 2027-08-11',
    'a date within the period (line <from:>)',
  ],
  [
    'applications that end before the period',
    ['until: 2027-08-01', 'until: 2027-03-01'],
    'applications.until',
    'until: 2027-03-01',
    'a date within the period',
  ],
  [
    'a day that is none',
    ['deadline: 2027-02-10', 'deadline: 2027-02-30'],
    'deadline',
    '2027-02-30',
    'found "2027-02-30", expected a day such as',
  ],
  [
    'a date time without its offset',
    ['deadline: 2027-02-10', 'deadline: 2027-02-10T18:00:00'],
    'deadline',
    'T18:00:00 ',
    'a date time with its offset',
  ],
  [
    'a notice in words',
    ['[P7D]', '[a week]'],
    'notices[0]',
    '[a week]',
    'found "a week", expected an ISO-8601 duration above zero',
  ],
  ['a notice after the deadline', ['[P7D]', '[-P7D]'], 'notices[0]', '-P7D', 'an ISO-8601 duration above zero'],
  [
    'a notice twice, in other words',
    ['[P7D]', '[P7D, P1W]'],
    'notices[1]',
    'P1W',
    'an offset not used before (line <P1W>)',
  ],
  ['no notice', ['[P7D]', '[]'], 'notices', 'notices:', 'found a list of 0, expected at least one notice'],
  [
    'less notice than nobody can have',
    ['minimumNotice: P7D', 'minimumNotice: P8D'],
    'minimumNotice',
    'P8D',
    'at most the longest of notices: otherwise no notice is early enough; send a notice earlier',
  ],
  [
    'a leader that is no host',
    ['# leader: bernini ', 'leader: oloroso #'],
    'leader',
    'leader: oloroso',
    'found "oloroso", expected one of hosts: asahi',
  ],
  ['another mode', ['mode: update', 'mode: upgrade'], 'mode', 'mode:', 'found "upgrade", expected update or reinstall'],
  ['another order', ['order: wipe-first', 'order: any'], 'order', 'order:', 'expected wipe-first or update-first'],
  [
    'months between two looks',
    ['every: PT10M', 'every: P1M'],
    'applications.every',
    'every:',
    'found "P1M", expected an ISO-8601 duration above zero without months',
  ],
  [
    'a name that is no path',
    ['name: 2027-spring', 'name: 2027/spring'],
    'name',
    'name: 2027',
    'found "2027/spring", expected a name of lower-case',
  ],
  [
    'a kept day that is none',
    ['until: 2027-06-30', 'until: June'],
    'keep[0].until',
    'until: June',
    'found "June", expected a day',
  ],
  [
    'a reason that is missing',
    [', reason: thesis in progress', ''],
    'keep[0].reason',
    'user: grad',
    'found nothing, expected a reason',
  ],
  [
    'a title of two lines',
    ['title: 2027년', 'title: "a\\nb" #'],
    'title',
    'title: "a',
    'expected the title of the post, in one line',
  ],
  [
    'nudges that come faster and faster',
    ['nudges: [P3D, P7D]', 'nudges: [P3D, P1D]'],
    'applications.nudges[1]',
    'nudges:',
    'found "P1D", expected at least P3D',
  ],
  [
    'an unknown key',
    ['deadline: 2027-02-10', 'deadlin: 2027-02-10'],
    'deadlin',
    'deadlin:',
    'found an unknown key, expected a known key: did you mean deadline?',
  ],
];

semesterRejects({ site, now }, CASES);

/** A change of the example, the one key that is wrong, and what is said. */
const MORE: readonly (readonly [change: readonly [string, string], key: string, said: string])[] = [
  [['from: 2027-03-02', 'from: 2027-02-01'], 'period.from', 'a date after the deadline (line '],
  [['from: 2027-03-02', 'from: 2027-02-10'], 'period.from', 'a date after the deadline'],
  [['until: 2027-08-10', 'until: 2207-08-10'], 'period.until', 'a date within two years from period.from'],
  [['until: 2027-06-30', 'until: 2026-12-31'], 'keep[0].until', 'today or a later day: this exemption has ended'],
  [['until: 2027-06-30', 'until: 2027-02-10'], 'keep[0].until', 'a day after the deadline'],
  [['until: 2027-06-30', 'until: 2027-01-10'], 'keep[0].until', 'a day after the deadline'],
  [['[P7D]', '[PT0.001S]'], 'notices[0]', 'at least PT1S'],
  [['[P7D]', '[P5Y]'], 'notices[0]', 'at most P1Y'],
  [['[P7D]', '[P7D, P99999999Y]'], 'notices[1]', 'an ISO-8601 duration above zero'],
  [['noticeGateLead: P7D', 'noticeGateLead: P400D'], 'noticeGateLead', 'at most P1Y'],
  [['every: PT10M', 'every: PT0.001S'], 'applications.every', 'at least PT1S'],
  [['every: PT10M', 'every: P8D'], 'applications.every', 'at most P7D'],
  [['nudges: [P3D, P7D]', 'nudges: [PT1S]'], 'applications.nudges[0]', 'at least PT1H'],
  [['deadline: 2027-02-10', 'deadline: 0000-02-10'], 'deadline', 'a date after now'],
  [['deadline: 2027-02-10', 'deadline: "2027-02-10T18:00:00+99:00"'], 'deadline', 'a day such as'],
];

test.each(MORE)('%j is refused', async (change, key, said) => {
  const issues = await semesterIssues(await changedExample(SEMESTER_EXAMPLE, change), { site, now });
  expect(issues).toMatchObject([{ key, expected: expect.stringContaining(said) }]);
});

test('a leader that is the canary is refused', async () => {
  const canary = { ...site, update: { ...site.update, canary: 'bernini' } };
  expect(await semesterIssues(`${MINIMAL}leader: bernini\n`, { site: canary, now })).toMatchObject([
    { key: 'leader', expected: 'a host that is not update.canary of the site' },
  ]);
});

test('the day after the deadline may begin the period, and end an exemption', async () => {
  const changed = await changedExample(
    SEMESTER_EXAMPLE,
    ['from: 2027-03-02', 'from: 2027-02-11'],
    ['until: 2027-06-30', 'until: 2027-02-11'],
  );
  expect(await semesterIssues(changed, { site, now })).toEqual([]);
});
