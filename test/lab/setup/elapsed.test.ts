import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withElapsed } from '../../../lab/setup/elapsed.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ticksOf = async (terminal: boolean) => {
  const tick = vi.fn<() => void>();
  const done = withElapsed(tick, new Promise<void>((resolve) => setTimeout(resolve, 5500)), terminal);
  await vi.advanceTimersByTimeAsync(20_000);
  await done;
  return tick.mock.calls.length;
};

test('updates a terminal each second until the work is done', async () => {
  expect(await ticksOf(true)).toBe(5);
});

test('does not write a line to a log each second', async () => {
  expect(await ticksOf(false)).toBe(0);
});
