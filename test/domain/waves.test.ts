import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canaryOf, wavesOf } from '../../domain/waves.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `h${index}`);
const sizesOf = (...args: Parameters<typeof wavesOf>) => wavesOf(...args).map((wave) => wave.length);

describe('waves', () => {
  test.each([
    // hosts after the canary, all followers, configured waves, sizes of the waves
    [4, 5, [1, '50%', '100%'], [1, 1, 2]],
    [5, 5, [1, '50%', '100%'], [1, 2, 2]],
    [0, 1, [1, '50%', '100%'], []],
    [1, 2, [1, '50%', '100%'], [1]],
    [99, 100, ['10%', '50%', '100%'], [9, 40, 50]],
    // A share that the canary alone fills is no wave.
    [1, 2, ['50%', '100%'], [1]],
    // The last number repeats; the rest after the percentages is one more wave.
    [10, 11, [4], [4, 4, 2]],
    [10, 10, [1, 3], [1, 3, 3, 3]],
    [9, 10, ['50%'], [4, 5]],
    [2, 3, [100], [2]],
    // On another attempt, hosts that are done count.
    [2, 10, ['50%', '100%'], [2]],
  ])('%i of %i hosts in %j', (hosts, total, waves, sizes) => {
    expect(sizesOf(names(hosts), total, waves)).toEqual(sizes);
  });

  const size = fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: 100 }).map((share) => `${share}%`),
  );

  test('every host has a turn, once, in order, and no wave is empty or exceeds its share', () => {
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
            // If the hosts that are done fill the first share, the first wave belongs to another share.
            if (share > had) expect(waves[0]).toHaveLength(share - had);
          }
        },
      ),
    );
  });
});

test('the canary is the named host, else the first follower, or none', () => {
  expect(canaryOf(['b', 'c'], undefined)).toBe('b');
  expect(canaryOf(['b', 'c'], 'c')).toBe('c');
  // The named host can be the leader of this update.
  expect(canaryOf(['b', 'c'], 'a')).toBe('b');
  expect(canaryOf(['b', 'c'], false)).toBeNull();
  expect(canaryOf([], undefined)).toBeNull();
});
