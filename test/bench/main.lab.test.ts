import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const main = path.join(import.meta.dirname, '..', '..', 'bench', 'main.ts');
const bench = (...args: string[]) =>
  execa('tsx', [main, ...args], { preferLocal: true, reject: false, stdin: 'ignore', timeout: 120_000 });

test('standard output is one object, with every result of what was asked for and nothing else', async () => {
  const { exitCode, stdout } = await bench('--only', 'semester-overhead', '--runs', '1', '--json');
  expect(exitCode).toBe(0);
  const value = { min: expect.any(Number), median: expect.any(Number), max: expect.any(Number) };
  expect(JSON.parse(stdout)).toEqual({
    'semester-overhead/seconds': { value, goal: 5, met: expect.any(Boolean) },
    'semester-overhead/events': { value, goal: 400, met: expect.any(Boolean) },
  });
});

test('what is not measured is said, with what is', async () => {
  const { exitCode, stdout, stderr } = await bench('--only', 'rollout/by-hand', '--json');
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain('semester-overhead/events');
});
