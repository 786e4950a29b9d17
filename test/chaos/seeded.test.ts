import { expect, test } from 'vitest';
import { dealt, drawn, seeded } from './seeded.ts';

test('the same seed gives the same numbers, another one others, all of them in [0, 1)', () => {
  const ten = (seed: number) => {
    const random = seeded(seed);
    return Array.from({ length: 10 }, random);
  };
  expect(ten(7)).toEqual(ten(7));
  expect(ten(7)).not.toEqual(ten(8));
  expect(new Set(ten(7)).size).toBe(10);
  expect(ten(7).every((number) => number >= 0 && number < 1)).toBe(true);
});

test('each item goes to one part, and neighbours go to different parts', () => {
  expect(dealt([1, 2, 3, 4, 5], 2)).toEqual([
    [1, 3, 5],
    [2, 4],
  ]);
  expect(dealt([], 0)).toEqual([]);
});

test('the drawn ones keep their order, and no more are drawn than there are', () => {
  const all = Array.from({ length: 50 }, (_, n) => n);
  const some = drawn(all, 5, seeded(1));
  expect(some).toHaveLength(5);
  expect(some).toEqual(some.toSorted((a, b) => a - b));
  expect(drawn(all, 5, seeded(2))).not.toEqual(some);
  expect(drawn([1, 2], 3, seeded(1))).toEqual([1, 2]);
});
