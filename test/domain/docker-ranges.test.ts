import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreeRanges, firstRange, type SubRange } from '../../domain/docker-ranges.ts';
import { RANGE_FILES, type Range } from '../../domain/ranges.ts';

const range = (owner: string, start: number, count = 65_536) => ({ owner, start, count });
const both = (...lines: readonly Omit<Range, 'file'>[]): { ranges: readonly Range[]; ids: readonly number[] } => ({
  ranges: RANGE_FILES.flatMap((file) => lines.map((line) => ({ file, ...line }))),
  ids: [],
});

describe('the range of an account', () => {
  it('is its existing range on any host', () => {
    const hosts = { asahi: both(), bernini: both(range('erin', 200_000), range('frank', 400_000)) };
    expect(agreeRanges(['erin', 'frank'], hosts, {}).ranges).toEqual({
      erin: { start: 200_000, count: 65_536 },
      frank: { start: 400_000, count: 65_536 },
    });
  });

  it('is else the lowest that is free on all hosts and not reserved', () => {
    const hosts = { asahi: both(range('x', 100_000)), bernini: both(range('y', 165_536, 10)) };
    const known = { gone: { start: 231_082, count: 65_536 } };
    expect(agreeRanges(['erin', 'frank'], hosts, known).ranges).toEqual({
      erin: { start: 165_546, count: 65_536 },
      frank: { start: 296_618, count: 65_536 },
    });
  });

  it('is the range that was reserved while a host was down', () => {
    const erin = { start: 500_000, count: 65_536 };
    expect(agreeRanges(['erin'], { asahi: both() }, { erin })).toEqual({ ranges: { erin }, differing: [] });
  });

  it('is named if it differs between hosts; hosts without one get the most common range', () => {
    const hosts = {
      a: both(range('erin', 300_000)),
      b: both(range('erin', 200_000)),
      c: both(range('erin', 300_000)),
    };
    expect(agreeRanges(['erin'], hosts, {})).toEqual({
      ranges: { erin: { start: 300_000, count: 65_536 } },
      differing: ['erin: a 300000, b 200000, c 300000'],
    });
  });
});

it('for all hosts: new ranges overlap no other range on any host, nor each other', () => {
  const line = fc.record({
    owner: fc.constantFrom('x', 'y', 'erin'),
    start: fc.integer({ min: 0, max: 600_000 }),
    count: fc.integer({ min: 1, max: 70_000 }),
  });
  const hosts = fc.array(fc.array(line, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
  const apart = (a: SubRange, b: SubRange) => a.start + a.count <= b.start || b.start + b.count <= a.start;
  fc.assert(
    fc.property(hosts, (all) => {
      const seen = Object.fromEntries(all.map((lines, index) => [`h${index}`, both(...lines)]));
      const { ranges } = agreeRanges(['erin', 'frank', 'judy'], seen, {});
      for (const user of ['frank', 'judy']) {
        for (const other of all.flat()) expect(apart(ranges[user]!, other)).toBe(true);
        for (const [name, other] of Object.entries(ranges))
          if (name !== user) expect(apart(ranges[user]!, other)).toBe(true);
      }
      const had = all.flat().filter(({ owner }) => owner === 'erin');
      if (had.length > 0) expect(had).toContainEqual({ owner: 'erin', ...ranges['erin'] });
    }),
  );
});

describe('real accounts and groups', () => {
  const withIds = (...ids: readonly number[]) => ({ asahi: { ranges: [], ids }, bernini: both() });

  it('with small ids leave the ranges where distributions begin', () => {
    expect(firstRange([0, 1000, 59_999, 65_534])).toBe(100_000);
  });

  it('with large ids have the ranges above them, with room for new accounts', () => {
    const { start } = agreeRanges(['mallory'], withIds(100_600, 101_132, 558_800), {}).ranges['mallory']!;
    expect(start).toBeGreaterThan(558_800 + 1_000_000);
    expect(start % 65_536).toBe(0);
  });

  it('lie below every new range, wherever the site lets ranges begin', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 30 });
    const from = fc.integer({ min: 100_000, max: 900_000 });
    fc.assert(
      fc.property(ids, from, (taken, first) => {
        const { ranges } = agreeRanges(['erin', 'frank'], withIds(...taken), {}, first);
        for (const { start, count } of Object.values(ranges)) {
          expect(start).toBeGreaterThanOrEqual(first);
          expect(start).toBeGreaterThan(Math.max(0, ...taken));
          expect(start + count).toBeLessThanOrEqual(2 ** 32);
        }
      }),
    );
  });
});
