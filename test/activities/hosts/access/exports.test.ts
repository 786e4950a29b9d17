import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'exports-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Runs `exports.sh` on a file of exports, without the window of a read-only root, and returns the new file. */
async function edit(before: string, ...steps: readonly (readonly ['stop' | 'start', string])[]): Promise<string> {
  const file = path.join(folder, 'exports');
  await writeFile(file, before);
  const script = await readFile('activities/hosts/access/exports.sh', 'utf8');
  const text = `set -euo pipefail; in_window() { "$@"; }; fail() { echo "$*" >&2; exit 1; }\n${script}`;
  for (const [mode, host] of steps) {
    await execa('bash', ['-c', text, 'exports', mode, '/csehome', file, 'true', `cat ${file}`, host, host]);
  }
  return await readFile(file, 'utf8');
}

const NOBODY = '# gpu-semester: /csehome is exported to no host';

test('stopping the only client leaves no line that exports to all hosts', async () => {
  expect(await edit('/csehome asahi(rw)\n', ['stop', 'asahi'])).toBe(
    `${NOBODY}\n# gpu-semester excluded asahi: asahi(rw)\n`,
  );
});

test.each([
  ['the only client', '/csehome asahi(rw)\n/other *(ro)\n', ['asahi']],
  ['all of two', '/csehome asahi(rw) bernini(ro)\n', ['asahi', 'bernini']],
  ['one of two', '/csehome asahi(rw) bernini(ro)\n', ['bernini']],
])('starting again restores the file: %s', async (_, before, hosts) => {
  const stop = hosts.map((host) => ['stop', host] as const);
  const start = hosts.map((host) => ['start', host] as const);
  expect(await edit(before, ...stop, ...start)).toBe(before);
});

test('the comment stays until a client is back', async () => {
  const stopped = await edit('/csehome asahi(rw)\n', ['stop', 'asahi'], ['start', 'bernini']);
  expect(stopped).toContain(NOBODY);
});
