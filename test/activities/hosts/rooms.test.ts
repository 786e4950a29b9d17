import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ACTIVITIES = fileURLToPath(new URL('../../../activities', import.meta.url));

/** Shell libraries: those of `root/` for the folders that build, swap and revert roots, the others for wipe and trash. */
const LIBRARIES = [
  'root/roots',
  'root/boot',
  'root/back',
  'root/private',
  'root/checks',
  'trial/obstacles',
  'trial/trial',
  'wipe/delete',
  'wipe/entry',
  'trash/trash',
  'backup/snapshot',
];

const entries = await readdir(ACTIVITIES, { recursive: true, withFileTypes: true });
const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
const scripts = new Map(
  files.filter((file) => file.endsWith('.sh')).map((file) => [path.basename(file, '.sh'), path.dirname(file)]),
);
const code = await Promise.all(
  files
    .filter((file) => file.endsWith('.ts'))
    .map(async (file) => ({ room: path.dirname(file), file, text: await readFile(file, 'utf8') })),
);

test('no two scripts share a name', () => {
  expect(scripts.size).toBe(files.filter((file) => file.endsWith('.sh')).length);
});

test.each([...scripts.keys()])('%s.sh is run by its own folder only', async (name) => {
  const room = scripts.get(name)!;
  const users = code.filter(({ text }) =>
    new RegExp(`(name: |scriptText\\(|rawText\\(|scriptText\\(name, )'${name}'`).test(text),
  );
  const inScripts = await Promise.all(
    [...scripts].map(async ([other, folder]) => {
      const text = await readFile(path.join(folder, `${other}.sh`), 'utf8');
      return new RegExp(`^# Needs .*\\b${name}\\.sh`).test(text) ? [folder] : [];
    }),
  );
  const isLibrary = LIBRARIES.includes(path.relative(path.join(ACTIVITIES, 'hosts'), path.join(room, name)));
  const rooms = new Set([...users.map((user) => user.room), ...(isLibrary ? [] : inScripts.flat())]);
  rooms.delete(room);
  expect([...rooms]).toEqual([]);
});

test('no folder of hosts/ holds more than 18 files', () => {
  const rooms = new Map<string, number>();
  for (const file of files) rooms.set(path.dirname(file), (rooms.get(path.dirname(file)) ?? 0) + 1);
  const crowded = [...rooms].filter(([room, count]) => room.includes('/hosts') && count > 18);
  expect(crowded).toEqual([]);
});
