import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rawText } from '../../../../activities/hosts/remote/scripts.ts';

/**
 * The commit of a tried root, cut off before each of its writes, against plain folders: a file `uuid` stands for a
 * subvolume's, `default` for the default subvolume, `boot-next` for the firmware's BootNext.
 */
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'commit-'));
  await put('top/root/uuid', 'OLD');
  await put('top/root.new/uuid', 'NEW');
  await put('top/semester/guard', 'image=i\nroot=NEW\nseconds=600\nwhy=\nway=try\nboot=b\n');
  await put('esp/vmlinuz-linux', 'OLD');
  await put('esp/EFI/semester/trial.efi', 'NEW');
  await put('files/vmlinuz-linux', 'NEW');
  await put('default', 'OLD');
  await put('boot-next', '');
  await execa('tar', [
    '-C',
    path.join(dir, 'files'),
    '-cf',
    path.join(dir, 'top/semester/boot-new.tar'),
    'vmlinuz-linux',
  ]);
});
afterEach(() => rm(dir, { recursive: true }));

async function put(name: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
  await writeFile(path.join(dir, name), text);
}
const read = async (name: string) => (await readFile(path.join(dir, name), 'utf8').catch(() => 'none')).trim();

/** Runs the commit on what runs now; loses power before write `cut`. Returns whether it got to its end. */
async function commit(cut: number): Promise<boolean> {
  const parts = await Promise.all(['common', 'roots', 'boot', 'back', 'obstacles', 'trial'].map(rawText));
  const stubs = `
    cd ${dir}; mount_toplevel() { :; }; use_roots $PWD/top semester; esp=$PWD/esp boot_new=$PWD/top/semester/boot-new.tar; use_trial
    writes=0; write() { ((writes++ == ${cut})) && kill -KILL $BASHPID; "$@"; }
    mv() { write command mv "$@"; }; rm() { write command rm "$@"; }; sync() { :; }
    is_subvolume() { [[ -e $1/uuid ]]; }; uuid_of() { cat "$1/uuid"; }; delete_root() { rm -r -- "$1"; }
    set_default() { uuid_of "$1" >default; }; boot_next() { write set_default "$1"; }
    set_next() { echo 0007 >boot-next; }; set_boot_next() { write set_next; }
    clear_next() { : >boot-next; }; clear_boot_next() { write clear_next; }`;
  const { exitCode, signal, stderr } = await execa('bash', ['-c', `${parts.join('\n')}\n${stubs}\ncommit`], {
    reject: false,
  });
  if (signal !== 'SIGKILL') expect([exitCode, stderr]).toEqual([0, '']);
  return signal !== 'SIGKILL';
}

/** Root and kernel of the next boot. BootNext holds for one boot. */
async function powerOn(): Promise<{ readonly root: string; readonly kernel: string }> {
  const next = await read('boot-next');
  await put('boot-next', '');
  if (next !== '' && (await read('esp/EFI/semester/trial.efi')) !== 'none') return { root: 'NEW', kernel: 'NEW' };
  return { root: await read('default'), kernel: await read('esp/vmlinuz-linux') };
}

const committed = {
  root: 'NEW',
  old: 'OLD',
  new: 'none',
  guard: 'none',
  trial: 'none',
  kernel: 'NEW',
  default: 'NEW',
  next: '',
};
const state = async () => ({
  root: await read('top/root/uuid'),
  old: await read('top/old-root/uuid'),
  new: await read('top/root.new/uuid'),
  guard: await read('top/semester/guard'),
  trial: await read('esp/EFI/semester/trial.efi'),
  kernel: await read('esp/vmlinuz-linux'),
  default: await read('default'),
  next: await read('boot-next'),
});

test('names, default and kernels change, and nothing of the trial is left', async () => {
  expect(await commit(-1)).toBe(true);
  expect(await state()).toEqual(committed);
});

test('a power cut before any write boots a root with its own kernel, and the commit goes on from there', async () => {
  const before = `${dir}-before`;
  await cp(dir, before, { recursive: true });
  let cuts = 0;
  for (; ; cuts++) {
    await rm(dir, { recursive: true });
    await cp(before, dir, { recursive: true });
    if (await commit(cuts)) break;
    const { root, kernel } = await powerOn();
    expect({ cuts, root }).toEqual({ cuts, root: kernel });
    expect(await commit(-1)).toBe(true);
    expect({ cuts, ...(await state()) }).toEqual({ cuts, ...committed });
  }
  await rm(before, { recursive: true });
  expect(cuts).toBeGreaterThan(8);
});

test('a second cut, before BootNext is set again, still boots a root with a kernel', async () => {
  const before = `${dir}-before`;
  await cp(dir, before, { recursive: true });
  for (let cuts = 0; ; cuts++) {
    await rm(dir, { recursive: true });
    await cp(before, dir, { recursive: true });
    if (await commit(cuts)) break;
    await powerOn();
    const { root, kernel } = await powerOn();
    expect(['OLD', 'NEW']).toContain(root);
    expect(['OLD', 'NEW']).toContain(kernel);
    expect(await commit(-1)).toBe(true);
    expect({ cuts, ...(await state()) }).toEqual({ cuts, ...committed });
  }
  await rm(before, { recursive: true });
});
