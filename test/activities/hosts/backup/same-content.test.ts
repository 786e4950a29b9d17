import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawText } from '../../../../activities/hosts/remote/scripts.ts';

/** Tests the comparison of a file with its backup (`have_same_content` of snapshot.sh) against plain files. */
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'content-'));
});
// Node cannot remove a path that is longer than the kernel takes at once.
afterAll(() => execa('rm', ['-rf', dir]));

/** Exit status of the comparison of two files below the folder. */
async function compare(one: string, two: string): Promise<number | undefined> {
  const script = `${await rawText('common')}\n${await rawText('snapshot')}\nhave_same_content "$1" "$2"`;
  const paths = [one, two].map((name) => path.join(dir, name));
  return (await execa('bash', ['-c', script, 'test', ...paths], { reject: false })).exitCode;
}

test.each([
  ['a blank', 'a b'],
  ['a line break', 'a\nb'],
  ['a leading dash', '-rf'],
  ['what a shell would run', '$(exit 9)*'],
])('%s in a name: the content alone decides', async (_, name) => {
  const [first, second] = [`${name}.backup`, `${name}.live`];
  await writeFile(path.join(dir, first), 'old');
  await writeFile(path.join(dir, second), 'old');
  expect(await compare(first, second)).toBe(0);
  await writeFile(path.join(dir, second), 'new');
  expect(await compare(first, second)).toBe(1);
  await writeFile(path.join(dir, second), 'older');
  expect(await compare(first, second)).toBe(1);
});

test('a path longer than the kernel takes at once is compared', async () => {
  const make = `set -e; cd "$1"; for n in {1..30}; do mkdir "$2"; cd "$2"; done; printf %s "$3" >file`;
  const deep = async (name: string, text: string) => await execa('bash', ['-c', make, 'deep', dir, name, text]);
  const [one, two, three] = ['a'.repeat(200), 'b'.repeat(200), 'c'.repeat(200)];
  await deep(one, 'old');
  await deep(two, 'old');
  await deep(three, 'new');
  const file = (name: string) => `${`${name}/`.repeat(30)}file`;
  expect(await compare(file(one), file(two))).toBe(0);
  expect(await compare(file(one), file(three))).toBe(1);
});

test('what is no regular file, or does not exist, is neither the same nor another', async () => {
  await writeFile(path.join(dir, 'file'), 'text');
  await symlink('file', path.join(dir, 'link'));
  await mkdir(path.join(dir, 'folder'));
  await execa('bash', ['-c', 'mkfifo "$1"', 'make', path.join(dir, 'fifo')]);
  for (const other of ['link', 'folder', 'fifo', 'missing', 'missing/file']) {
    expect([other, await compare('file', other), await compare(other, 'file')]).toEqual([other, 2, 2]);
  }
});
