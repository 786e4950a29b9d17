import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page } from '../../client/pager.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pager-'));
  file = path.join(folder, 'shown');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

test('the pager of the environment gets the whole text', async () => {
  vi.stubEnv('PAGER', `cat > ${file}`);
  await page('계획\n둘째 줄');
  expect(await readFile(file, 'utf8')).toBe('계획\n둘째 줄\n');
});

test('a pager that is left early is no error', async () => {
  vi.stubEnv('PAGER', `head -c 5 > ${file}`);
  await page('line\n'.repeat(1_000_000));
  expect(await readFile(file, 'utf8')).toBe('line\n');
});

test('without a pager the text is printed', async () => {
  vi.stubEnv('PAGER', 'no-such-pager 2> /dev/null');
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await page('the plan');
  expect(write).toHaveBeenCalledWith('the plan\n');
});
