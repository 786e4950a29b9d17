import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HOST_FACTORY, hostFactory } from '../../activities/hosts/factory.ts';

const ACTIVITIES = path.join(import.meta.dirname, '../../activities');
const files = (await readdir(ACTIVITIES, { recursive: true })).filter((file) => file.endsWith('.ts'));
const systems = files.filter((file) => /^[^/]+\/contract\.ts$/.test(file)).map((file) => path.dirname(file));
const read = (file: string) => readFile(path.join(ACTIVITIES, file), 'utf8');
const factoriesIn = (text: string) =>
  [...text.matchAll(/^export function (create\w*Activities)\(/gm)].map(([, name]) => name);

test.each(systems)('%s has one factory of its activities, in activities.ts', async (system) => {
  const text = await read(`${system}/activities.ts`);
  const [name, ...more] = factoriesIn(text);
  expect(more).toEqual([]);
  expect(text).toContain(`): ${name?.slice('create'.length)} {`);
});

test('no other file has a factory, and the types of dependencies share one suffix', async () => {
  expect(systems.length).toBeGreaterThan(9);
  const wrong: string[] = [];
  for (const file of files) {
    const text = await read(file);
    const stray =
      systems.includes(path.dirname(file)) && path.basename(file) === 'activities.ts' ? [] : factoriesIn(text);
    const suffix = text.match(/\b(?:interface|type) \w+Deps\b/g) ?? [];
    wrong.push(...[...stray, ...suffix].map((what) => `${file}: ${what}`));
  }
  expect(wrong).toEqual([]);
});

test("the hosts' factory creates every activity of its contract (else: npm run schema)", async () => {
  expect(await readFile(HOST_FACTORY, 'utf8')).toBe(await hostFactory());
});
