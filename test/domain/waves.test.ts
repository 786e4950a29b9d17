import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canaryOf, wavesOf } from '../../domain/waves.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `h${index}`);
const sizesOf = (...args: Parameters<typeof wavesOf>) => wavesOf(...args).map((wave) => wave.length);

describe('waves', () => {
  test.each([
    // hosts after the canary, all followers, configured, sizes of the waves
    [4, 5, [1, '50%', '100%'], [1, 1, 2]],
    [5, 5, [1, '50%', '100%'], [1, 2, 2]],
    [0, 1, [1, '50%', '100%'], []],
    [1, 2, [1, '50%', '100%'], [1]],
    [99, 100, ['10%', '50%', '100%'], [9, 40, 50]],
    // A share that the canary has reached alone is no wave.
    [1, 2, ['50%', '100%'], [1]],
    // The last number goes on; what percentages leave over is one more wave.
    [10, 11, [4], [4, 4, 2]],
    [10, 10, [1, 3], [1, 3, 3, 3]],
    [9, 10, ['50%'], [4, 5]],
    [2, 3, [100], [2]],
    // On another try, those that have it already count.
    [2, 10, ['50%', '100%'], [2]],
  ])('%i of %i hosts in %j', (hosts, total, waves, sizes) => {
    expect(sizesOf(names(hosts), total, waves)).toEqual(sizes);
  });

  const size = fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: 100 }).map((share) => `${share}%`),
  );

  test('everybody has a turn, once, in order, and no wave is empty or goes beyond its share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 50 }),
        fc.array(size, { minLength: 1, maxLength: 6 }),
        (count, had, sizes) => {
          const hosts = names(count);
          const waves = wavesOf(hosts, count + had, sizes);
          expect(waves.flat()).toEqual(hosts);
          expect(waves.every((wave) => wave.length > 0)).toBe(true);
          const most = Math.max(...sizes.map((one) => (typeof one === 'number' ? one : Infinity)));
          expect(waves.every((wave) => wave.length <= most)).toBe(true);
          const [first] = sizes;
          if (typeof first === 'string' && waves.length > 1) {
            const share = Math.ceil((Number.parseInt(first, 10) * (count + had)) / 100);
            // Where the first share was reached already, the first wave is another's.
            if (share > had) expect(waves[0]).toHaveLength(share - had);
          }
        },
      ),
    );
  });
});

test('the canary is the one that is named, else the first follower, or none', () => {
  expect(canaryOf(['b', 'c'], undefined)).toBe('b');
  expect(canaryOf(['b', 'c'], 'c')).toBe('c');
  // The leader of this update may be the host that is named.
  expect(canaryOf(['b', 'c'], 'a')).toBe('b');
  expect(canaryOf(['b', 'c'], false)).toBeNull();
  expect(canaryOf([], undefined)).toBeNull();
});
