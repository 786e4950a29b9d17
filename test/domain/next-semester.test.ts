import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkSemester, loadSemester } from '../../config/load.ts';
import { nextSemester } from '../../domain/next-semester.ts';
import type { Semester } from '../../domain/semester.ts';
import { fileOf, SEMESTER_EXAMPLE } from '../config/files.ts';

const spring = await loadSemester(SEMESTER_EXAMPLE, { formUrl: 'https://forms.example/1' });

it('follows the runbook’s semesters: February is followed by August, and the proposal is valid unchanged', async () => {
  const text = nextSemester(spring, 'Asia/Seoul');
  const next = await loadSemester(await fileOf('next.yaml', text), {}, { now: new Date('2027-07-06T00:00:00Z') });
  expect(next).toMatchObject({
    name: '2027-fall',
    deadline: '2027-08-10',
    title: '2027년 가을학기 GPU 서버 계정 신청 안내',
    period: {
      from: '2027-09-02',
      until: '2028-02-10',
    },
    applications: {
      until: '2028-02-01',
      every: 'PT10M',
      grace: 'PT1H',
      nudges: ['P3D', 'P7D'],
    },
    mode: 'update',
    order: 'wipe-first',
    keep: [],
  });
  expect(next.formUrl).toBeUndefined();
  const after = parse(nextSemester(next, 'Asia/Seoul')) as Semester;
  expect(after).toMatchObject({ name: '2028-spring', deadline: '2028-02-10', period: { until: '2028-08-10' } });
});

it('keeps people exempt beyond the deadline, and the format of dates and names', () => {
  const keep = [
    { user: 'gone', until: '2027-08-10', reason: 'thesis' },
    { user: 'stays', until: '2027-12-31', reason: 'thesis' },
    { user: 'prof', reason: 'professor' },
  ];
  const deadline = '2027-02-10T18:00:00+09:00';
  const period = { from: '2027-03-02', until: '2027-08-10T18:00:00+09:00' };
  const next = parse(nextSemester({ ...spring, name: 'demo', keep, deadline, period }, 'Asia/Seoul')) as Semester;
  expect(next.name).toBe('demo-next');
  expect(next.keep.map(({ user }) => user)).toEqual(['stays', 'prof']);
  expect(next.period.until).toBe('2028-02-07T18:00:00+09:00');
});

it('for all dates of a semester, `semester check` accepts the proposal', () => {
  const day = (days: number) => new Date(Date.UTC(2027, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
  const dates = fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 300 }), fc.nat(300));
  fc.assert(
    fc.property(dates, ([start, gap, length, back]) => {
      const [from, until] = [start + gap, start + gap + length];
      const applications = { ...spring.applications, until: day(until - Math.min(back, length)) };
      const semester = {
        ...spring,
        deadline: day(start),
        period: { from: day(from), until: day(until) },
        applications,
      };
      const next = { title: 'x', ...(parse(nextSemester(semester, 'Asia/Seoul')) as object) };
      expect(() => checkSemester(next)).not.toThrow();
    }),
    // Both ends of January move to the end of February.
    { examples: [[[393, 1, 30, 29]]] },
  );
});
