import { expect, test, vi } from 'vitest';
import { EXIT } from '../../client/exit.ts';
import { run } from '../../client/main.ts';
import { recorder } from './io.ts';

/** What the shell offers after these words; the last is unfinished. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await run(['complete', '--', ...words], recorder())).toBe(EXIT.ok);
  const lines = log.mock.calls.map(([line]) => String(line));
  log.mockRestore();
  return lines.filter((line) => line.includes('\t')).map((line) => line.split('\t')[0] ?? '');
}

test('commands, commands of commands, flags and their values are completed', async () => {
  expect(await offered('sta')).toEqual(['start', 'status']);
  expect(await offered('host', 'e')).toEqual(['exclude']);
  expect(await offered('status', '2027-spring', '--w')).toEqual(['--watch']);
  expect(await offered('start', '--mode', '')).toEqual(['update', 'reinstall']);
  expect(await offered('nonsense', '--by', '')).toEqual([]);
});

test.each(['bash', 'zsh', 'fish'])('completion prints a script for %s that asks semester itself', async (shell) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await run(['completion', shell], recorder())).toBe(EXIT.ok);
  expect(log.mock.calls.join('\n')).toMatch(/semester complete --/);
});

test('another shell is refused with the names of those that work', async () => {
  const io = recorder();
  expect(await run(['completion', 'csh'], io)).toBe(EXIT.usage);
  expect(io.notes.join('\n')).toContain('bash, zsh, fish');
});
