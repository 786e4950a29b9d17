import type { HostIds, Range } from './ranges.ts';

export type SubRange = Pick<Range, 'start' | 'count'>;

export interface Agreed {
  /** The range of each account, the same on every host. */
  readonly ranges: Readonly<Record<string, SubRange>>;
  /** Accounts whose ranges differ between hosts; reported, never renumbered. `erin: asahi 100000, bernini 165536` */
  readonly differing: readonly string[];
}

/** Argument of the `docker` workflow. */
export interface DockerInput {
  readonly site: string;
  readonly users: readonly string[];
  readonly startedBy: string;
}

/** The usual first subordinate id of distributions, for sites whose accounts have small ids. */
const DEFAULT_FIRST = 100_000;
const COUNT = 65_536;
/** The default `UID_MAX` of login.defs: above it, accounts and ranges share the numbers. */
const SMALL_IDS = 60_000;
/** How many new accounts fit below the ranges. */
const HEADROOM = 1_000_000;
/** The kernel's overflow id, and `-2` as some systems write it: no account gets an id above them. */
const OVERFLOW_IDS = new Set([65_534, 4_294_967_294]);

/**
 * The start of new ranges: `from`, if it lies above every id of a real account or group; else above these ids, plus
 * `HEADROOM` for new accounts.
 */
export function firstRange(ids: readonly number[], from = 0): number {
  const highest = ids.filter((id) => !OVERFLOW_IDS.has(id)).reduce((a, b) => Math.max(a, b), 0);
  if (from > highest) return from;
  return highest < SMALL_IDS ? DEFAULT_FIRST : Math.ceil((highest + HEADROOM) / COUNT) * COUNT;
}

const disjoint = (a: SubRange, b: SubRange) => a.start + a.count <= b.start || b.start + b.count <= a.start;
const same = (a: SubRange, b: SubRange) => a.start === b.start && a.count === b.count;

/**
 * Chooses one range per account, the same on every host: the one that it has on any host, else the one chosen earlier
 * (`known`: a host may have been down then), else the lowest free one from `from` on. A free range overlaps no other
 * range on any host and no id of a real account or group. `from`: see `firstRange`. Pure.
 */
export function agreeRanges(
  users: readonly string[],
  hosts: Readonly<Record<string, Pick<HostIds, 'ranges' | 'ids'>>>,
  known: Readonly<Record<string, SubRange>>,
  from?: number,
): Agreed {
  const promised = new Map(Object.entries(known));
  const ids = [...new Set(Object.values(hosts).flatMap((host) => host.ids))];
  const used: SubRange[] = [
    ...Object.values(hosts).flatMap(({ ranges: lines }): readonly Range[] => lines),
    ...promised.values(),
    ...ids.map((id) => ({ start: id, count: 1 })),
  ];
  const first = firstRange(ids, from);
  const ranges = new Map<string, SubRange>();
  const differing: string[] = [];
  for (const user of users) {
    const there = Object.entries(hosts).flatMap(([host, { ranges: lines }]) =>
      lines.filter(({ owner }) => owner === user).map((range) => ({ host, range })),
    );
    const [one] = there;
    if (one && there.some(({ range }) => !same(range, one.range))) {
      const all = there.map(({ host, range }) => `${host} ${range.start}`);
      differing.push(`${user}: ${[...new Set(all)].join(', ')}`);
    }
    const range = mostCommon(there.map((line) => line.range)) ?? promised.get(user) ?? lowestFree(used, first);
    ranges.set(user, { start: range.start, count: range.count });
    used.push(range);
  }
  return { ranges: Object.fromEntries(ranges), differing };
}

/** The range that most hosts have; among equals the lowest. */
function mostCommon(ranges: readonly SubRange[]): SubRange | undefined {
  const times = (range: SubRange) => ranges.filter((other) => same(other, range)).length;
  return ranges.toSorted((a, b) => times(b) - times(a) || a.start - b.start)[0];
}

function lowestFree(used: readonly SubRange[], first: number): SubRange {
  const free = { start: first, count: COUNT };
  for (const range of used.toSorted((a, b) => a.start - b.start))
    if (!disjoint(range, free)) free.start = range.start + range.count;
  return free;
}
