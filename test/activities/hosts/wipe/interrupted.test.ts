import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scriptParts } from '../../../../activities/hosts/remote/scripts.ts';

/** What the scripts of wipe and trash do when a command fails, as on a full disk, and after a run that was cut off. */
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'interrupted-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Runs a script whose libraries have other functions than the real ones. */
async function run(name: string, args: readonly string[], stubs: string, input = ''): Promise<string> {
  const parts = (await scriptParts(name)).map(({ text }) => text);
  const text = [...parts.slice(0, -1), stubs, parts.at(-1)].join('\n');
  const env = { SEMESTER_ALONE: 'yes' };
  const { all } = await execa('bash', ['-c', text, name, ...args], { cwd: dir, input, env, all: true, reject: false });
  return all;
}
const STUBS = `
  hold_wipe_lock() { :; }; refuse_mounts() { :; }
  private_folder() { mkdir -p -m 700 -- "$@"; }
  read_entry() { uid=0 object='inode 1' born=1; [[ -e ./$1 ]]; }
`;

test('an entry whose record cannot be written stays in its place', async () => {
  await mkdir(path.join(dir, 'eve'));
  const fields = ['eve', '0', 'inode 1', '1', ''].join('\0');
  const args = [dir, '', '', '', '', '1', '60', 'spring', 'sha256:0', 'bacchus', '--', '--', '--', 'root'];
  // Any write to a file fails from here on. The list of protected files is made before.
  const full = `make_trash() { mkdir -p -m 700 -- "$trash"; trap '' XFSZ; }
    write_to_disk=$(declare -f write_record)
    eval "\${write_to_disk/write_record/real_write_record}"
    write_record() ( ulimit -f 0; real_write_record "$@" )`;
  expect(await run('wipe', args, STUBS + full, fields)).toMatch(/left: eve: .*File too large/);
  expect((await readdir(dir)).toSorted()).toEqual(['.semester-trash', 'eve']);
});

test('an entry whose flags cannot be set again keeps its record, so that another run sets them', async () => {
  const id = 'a'.repeat(24);
  const place = path.join(dir, '.semester-trash', id);
  await mkdir(path.join(place, 'data'), { recursive: true, mode: 0o700 });
  const record = [1, 'spring', 'p', dir, 'eve', 'root', 0, 'inode 1', 1, 'i', 1, 2, ''].join('\0');
  await writeFile(path.join(place, 'record'), record);
  const put = (more: string) => run('put-back', [dir, '1'], STUBS + more, `${id}\0eve\0`);
  expect(await put('change_flags() { echo full; return 1; }')).toContain('left: eve: full');
  expect(await readdir(place)).toEqual(['record']);
  expect(await put('change_flags() { :; }')).not.toContain('left');
  expect(await readdir(path.join(dir, '.semester-trash'))).toEqual([]);
});

test('a last snapshot without room for its nested ones does not stay as a source of restores', async () => {
  await mkdir(path.join(dir, 'csehome'));
  await mkdir(path.join(dir, 'backup'));
  const home = path.join(dir, 'csehome');
  const args = [home, 'csehome', dir, path.join(dir, 'backup'), 'u', '0', '0', 's', 'p', 'root', '--', '--', '--'];
  const btrfs = `
    mount_toplevel() { :; }; subvolume_field() { echo u; }; is_read_only() { :; }; created_at() { echo 0; }; find_nested() { :; }
    snapshot_nested() { mkdir -p "$1.nested/1"; echo 'ERROR: No space left on device' >&2; return 1; }
    btrfs() { case "$*" in *'snapshot -r'*) mkdir -- "\${@: -1}" ;; *'subvolume delete'*) rmdir -- "\${@: -1}" ;; esac; }`;
  expect(await run('wipe', args, STUBS + btrfs)).toMatch(/there is no room for a last snapshot[^]*wiped: 0/);
  expect((await readdir(dir)).toSorted()).toEqual(['backup', 'csehome']);
});

/** What a deletion of `eve` leaves when it is cut off: in its place, and in the trash under ID or ID.gone. */
const BOUNDARIES: readonly [when: string, place: 'whole' | null, trash: string, data: 'whole' | 'half' | null][] = [
  ['before the rename', 'whole', '', null],
  ['after the rename', null, '', 'whole'],
  ['after it was marked', null, '.gone', 'whole'],
  ['in the middle', null, '.gone', 'half'],
];
test.each(BOUNDARIES)('a deletion that was cut off %s is finished by the next run', async (_, place, ending, data) => {
  const plan = 'sha256:0';
  const parts = [plan, 'eve', 'inode 1', '1'].map((part) => `${part}\0`).join('');
  const id = createHash('sha256').update(parts).digest('hex').slice(0, 24);
  const trash = path.join(dir, '.semester-trash', `${id}${ending}`);
  await mkdir(trash, { recursive: true, mode: 0o700 });
  const record = [1, 'spring', plan, dir, 'eve', 'root', 0, 'inode 1', 1, '', 1, 1, ''].join('\0');
  await writeFile(path.join(trash, 'record'), record);
  const make = async (home: string, which: 'whole' | 'half') => {
    await mkdir(path.join(home, 'deep'), { recursive: true });
    for (const file of which === 'whole' ? ['a', 'b'] : ['b']) await writeFile(path.join(home, 'deep', file), file);
  };
  if (place) await make(path.join(dir, 'eve'), place);
  if (data) await make(path.join(trash, 'data'), data);
  await mkdir(path.join(dir, 'prof'));
  const args = [dir, '', '', '', '', '1', '0', 'spring', plan, 'bacchus', '--', 'prof', '--', '--', 'root'];
  const said = await run('wipe', args, STUBS, ['eve', '0', 'inode 1', '1', ''].join('\0'));
  expect(said).toMatch(/wiped: [01] gone before: [01] left: 0$/);
  expect(await readdir(dir)).toEqual(['prof']);
});

test('another plan leaves alone what an earlier one did not finish: the worker does', async () => {
  const gone = path.join(dir, '.semester-trash', `${'b'.repeat(24)}.gone`);
  await mkdir(path.join(gone, 'data'), { recursive: true, mode: 0o700 });
  const record = [1, 'spring', 'sha256:1', dir, 'kim', 'root', 0, 'inode 2', 1, '', 1, 1, ''].join('\0');
  await writeFile(path.join(gone, 'record'), record);
  const args = [dir, '', '', '', '', '1', '0', 'spring', 'sha256:0', 'bacchus', '--', '--', '--', 'root'];
  await run('wipe', args, STUBS, ['eve', '0', 'inode 1', '1', ''].join('\0'));
  expect((await readdir(gone)).toSorted()).toEqual(['data', 'record']);
});
