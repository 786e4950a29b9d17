import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const TOP = path.join(import.meta.dirname, '../..');

test('a shipped template stays as it was when the process started; one of a site is read at each use', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'templates-'));
  try {
    // A program of its own, whose templates an upgrade may replace.
    for (const name of ['texts', 'activities/failures.ts', 'config', 'domain', 'templates', 'package.json'])
      await cp(path.join(TOP, name), path.join(folder, name), { recursive: true });
    await symlink(path.join(TOP, 'node_modules'), path.join(folder, 'node_modules'));
    const program = `
      import { readTemplate } from './texts/template-file.ts';
      import { cp, writeFile } from 'node:fs/promises';
      await cp('templates', 'own', { recursive: true });
      const read = () => Promise.all(['templates', 'own'].map((name) => readTemplate(name, 'post.ko.md')));
      await read();
      for (const name of ['templates', 'own']) await writeFile(name + '/post.ko.md', 'after');
      console.log(JSON.stringify((await read()).map(({ text }) => text === 'after')));`;
    await writeFile(path.join(folder, 'program.ts'), program);
    const { stdout } = await execa(process.execPath, ['--import', 'tsx', 'program.ts'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual([false, true]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
