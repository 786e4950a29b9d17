import type { Range } from './ranges.ts';

export type SubRange = Pick<Range, 'start' | 'count'>;

export interface Agreed {
  /** The range of each account, the same on every host. */
  readonly ranges: Readonly<Record<string, SubRange>>;
  /** Whose ranges differ from host to host: named, never renumbered. `erin: asahi 100000, bernini 165536` */
  readonly differing: readonly string[];
}

/** Argument of the `docker` workflow. */
export interface DockerInput {
  readonly site: string;
  readonly users: readonly string[];
  readonly startedBy: string;
}

const FIRST = 100_000;
const COUNT = 65_536;

const apart = (a: SubRange, b: SubRange) => a.start + a.count <= b.start || b.start + b.count <= a.start;
const same = (a: SubRange, b: SubRange) => a.start === b.start && a.count === b.count;

/**
 * One range for each account, the same on every host: the one that it has anywhere, else the one that it was promised before
 * (`known`: a host may have been down then), else the lowest that is free on all of them. Pure.
 */
export function agreeRanges(
  users: readonly string[],
  hosts: Readonly<Record<string, readonly Range[]>>,
  known: Readonly<Record<string, SubRange>>,
): Agreed {
  const promised = new Map(Object.entries(known));
  const used: SubRange[] = [...Object.values(hosts).flat(), ...promised.values()];
  const ranges = new Map<string, SubRange>();
  const differing: string[] = [];
  for (const user of users) {
    const there = Object.entries(hosts).flatMap(([host, lines]) =>
      lines.filter(({ owner }) => owner === user).map((range) => ({ host, range })),
    );
    const [first] = there;
    if (first && there.some(({ range }) => !same(range, first.range))) {
      const all = there.map(({ host, range }) => `${host} ${range.start}`);
      differing.push(`${user}: ${[...new Set(all)].join(', ')}`);
    }
    const range = mostCommon(there.map((one) => one.range)) ?? promised.get(user) ?? lowestFree(used);
    ranges.set(user, { start: range.start, count: range.count });
    used.push(range);
  }
  return { ranges: Object.fromEntries(ranges), differing };
}

/** The lowest of those that most hosts have. */
function mostCommon(ranges: readonly SubRange[]): SubRange | undefined {
  const times = (range: SubRange) => ranges.filter((other) => same(other, range)).length;
  return ranges.toSorted((a, b) => times(b) - times(a) || a.start - b.start)[0];
}

function lowestFree(used: readonly SubRange[]): SubRange {
  const free = { start: FIRST, count: COUNT };
  for (const range of used.toSorted((a, b) => a.start - b.start))
    if (!apart(range, free)) free.start = range.start + range.count;
  return free;
}
