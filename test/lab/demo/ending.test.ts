import { afterEach, expect, test, vi } from 'vitest';
import { createEnding } from '../../../lab/demo/ending.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
afterEach(() => {
  vi.restoreAllMocks();
  for (const signal of SIGNALS)
    for (const listener of process.listeners(signal))
      if (!before.get(signal)?.includes(listener)) process.off(signal, listener);
});

test('undoes everything once, newest first, also after a part that fails', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const ending = createEnding();
  const undone: string[] = [];
  ending.defer(async () => void undone.push('first'));
  ending.defer(() => Promise.reject(new Error('it is gone already')));
  ending.defer(async () => void undone.push('last'));
  expect(ending.begun).toBe(false);
  await Promise.all([ending.end(), ending.end()]);
  expect(undone).toEqual(['last', 'first']);
  expect(ending.begun).toBe(true);
});

test('Ctrl-C undoes everything before the process ends, with the settled code if there is one', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const ended = new Promise((resolve) => {
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      resolve(code);
      return undefined as never;
    });
  });
  const ending = createEnding();
  let undone = false;
  ending.defer(async () => void (undone = true));
  ending.settle(1);
  process.emit('SIGINT', 'SIGINT');
  expect(await ended).toBe(1);
  expect(undone).toBe(true);
});
