import { describe, expect, it } from 'vitest';
import { idleFor, observe, type Holders, type SampledUse } from '../../domain/gpu-holders.ts';

const GAP = 25 * 60_000;
const DAY = 24 * 3600_000;
const at = (minute: number) => new Date(Date.parse('2027-03-02T00:00:00Z') + minute * 60_000).toISOString();
const use = (utilisation: number | null, more: Partial<SampledUse> = {}): SampledUse => ({
  gpu: '0: RTX 3090',
  pid: 42,
  user: 'kim',
  memoryMiB: 1024,
  utilisation,
  since: at(-60),
  command: 'python',
  ...more,
});
/** One sample each ten minutes. */
const after = (...samples: readonly (readonly SampledUse[])[]) =>
  samples.reduce<Holders | null>((before, uses, n) => observe(before, uses, at(n * 10), GAP), null)!;
const idle = (holders: Holders, ms = 20 * 60_000) =>
  idleFor(holders, ms).map(({ pid, idleSamples }) => [pid, idleSamples]);

describe('an idle GPU holder', () => {
  it('has no use in an unbroken row of samples', () => {
    expect(idle(after([use(0)], [use(0)], [use(0)]))).toEqual([[42, 3]]);
    expect(idle(after([use(0)], [use(0)]))).toEqual([]);
    expect(idle(after(...Array.from({ length: 145 }, () => [use(0)])), DAY)).toEqual([[42, 145]]);
  });

  it.each([
    ['ran in one of them', [use(0)], [use(7)], [use(0)]],
    ['cannot be known to be idle', [use(null)], [use(null)], [use(null)]],
    ['is another process by now', [use(0)], [use(0)], [use(0, { since: at(15) })]],
    ['is another person by now', [use(0)], [use(0)], [use(0, { user: 'lee' })]],
    ['let it go in between', [use(0)], [], [use(0)]],
  ])('is not a holder who %s', (_, ...samples) => {
    expect(idle(after(...samples))).toEqual([]);
  });

  it('is the same process when its start is rounded differently', () => {
    const shifted = new Date(Date.parse(at(-60)) + 1000).toISOString();
    expect(idle(after([use(0)], [use(0, { since: shifted })], [use(0)]))).toEqual([[42, 3]]);
  });

  it('is not reported over a gap without samples', () => {
    const before = after([use(0)], [use(0)], [use(0)]);
    expect(idle(observe(before, [use(0)], at(20 + 26), GAP))).toEqual([]);
    expect(idle(observe(before, [use(0)], at(20 + 24), GAP))).toEqual([[42, 4]]);
  });
});
