import { cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { BUILD_RECORD, SOURCES, sourcesState } from '../../client/build-record.ts';

const client = path.join(import.meta.dirname, '../../client');

/** A folder with one file for each source, and a build of it that only checks its age. */
async function checkout(): Promise<{ top: string; record: () => Promise<void>; run: () => Promise<unknown> }> {
  const top = await mkdtemp(path.join(tmpdir(), 'semester-build-'));
  onTestFinished(() => rm(top, { recursive: true, force: true }));
  for (const source of SOURCES) {
    const file = path.join(top, source, path.extname(source) === '' ? 'one.ts' : '');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '{"type":"module"}');
  }
  const dist = path.join(top, 'dist');
  for (const file of ['check-build.ts', 'build-record.ts'])
    await cp(path.join(client, file), path.join(dist, 'client', file));
  return {
    top,
    record: () => writeFile(path.join(dist, BUILD_RECORD), JSON.stringify({ sources: sourcesState(top) })),
    run: async () => await execa(process.execPath, [path.join(dist, 'client/check-build.ts')], { reject: false }),
  };
}

const OLD = { exitCode: 0, stderr: expect.stringMatching(/older than its sources.*npm run build$/) };

test('a program of the sources around it says nothing, one without a record does', async () => {
  const { record, run } = await checkout();
  expect(await run()).toMatchObject(OLD);
  await record();
  expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each([
  ['changed', (top: string) => writeFile(path.join(top, 'domain/one.ts'), 'changed')],
  ['replaced by an older one', (top: string) => utimes(path.join(top, 'domain/one.ts'), 1, 1)],
  ['new', (top: string) => writeFile(path.join(top, 'templates/two.md'), '')],
  ['gone', (top: string) => rm(path.join(top, 'workflows/one.ts'))],
])('a program says that it is old when a source is %s', async (_, change) => {
  const { top, record, run } = await checkout();
  await record();
  await change(top);
  expect(await run()).toMatchObject(OLD);
});

test('an installed package, which has no sources, says nothing', async () => {
  const { top, run } = await checkout();
  for (const source of SOURCES.filter((name) => name !== 'package.json'))
    await rm(path.join(top, source), { recursive: true });
  expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
});
