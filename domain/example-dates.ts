import type { Temporal } from 'temporal-polyfill';
import type { Semester } from './semester.ts';

/** Example dates of a semester, with which every mail can be rendered. */
export function exampleDates(
  today: Temporal.PlainDate,
): Pick<Semester, 'name' | 'title' | 'deadline' | 'period'> & { readonly applications: { readonly until: string } } {
  const day = (days: number) => today.add({ days }).toString();
  return {
    name: 'example',
    title: 'GPU 서버 계정 신청 안내',
    deadline: day(14),
    period: { from: day(30), until: day(190) },
    applications: { until: day(180) },
  };
}
