import Table from 'cli-table3';
import type { Goal, Sample } from './case.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** One result in the output of `--json`: a `ratio`, or a count, seconds or memory as `value`. */
type Result = ({ readonly ratio: Spread } | { readonly value: Spread }) & {
  readonly goal: number;
  /** Whether the median meets the goal. */
  readonly met: boolean;
};
export type Report = Readonly<Record<string, Result>>;

const rounded = (x: number) => Math.round(x * 1000) / 1000;

/** Summarises the samples. @throws RangeError with the name of a goal without a sample. */
export function reportOf(goals: Readonly<Record<string, Goal>>, samples: readonly Sample[]): Report {
  return Object.fromEntries(
    Object.entries(goals).map(([name, { most, unit }]) => {
      const measured = samples.flatMap((sample) => sample[name] ?? []);
      if (measured.length === 0) throw new RangeError(`nothing was measured for ${name}`);
      const { min, median, max } = spreadOf(measured);
      const spread = { min: rounded(min), median: rounded(median), max: rounded(max) };
      const verdict = { goal: most, met: median <= most };
      return [name, unit === 'ratio' ? { ratio: spread, ...verdict } : { value: spread, ...verdict }];
    }),
  );
}

/** Renders a table: each result, its goal, and by how much it misses the goal. */
export function tableOf(report: Report, goals: Readonly<Record<string, Goal>>): string {
  const table = new Table({
    head: ['', 'min', 'median', 'max', 'goal', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, result] of Object.entries(report)) {
    const { min, median, max } = 'ratio' in result ? result.ratio : result.value;
    const unit = goals[name]?.unit ?? 'ratio';
    const over = (median / result.goal - 1) * 100;
    const verdict = result.met ? 'met' : `missed by ${over < 10 ? over.toFixed(1) : Math.round(over)} %`;
    table.push([name, min, median, max, `≤ ${result.goal}${unit === 'ratio' ? '' : ` ${unit}`}`, verdict]);
  }
  return table.toString();
}
