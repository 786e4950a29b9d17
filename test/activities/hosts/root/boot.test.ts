import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rawText } from '../../../../activities/hosts/remote/scripts.ts';

/**
 * Copies kernels and loader to the partition and back: `scripts/boot.sh` against plain folders, with the room that a
 * test sets.
 */
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'boot-'));
  await mkdir(path.join(dir, 'esp/EFI/BOOT'), { recursive: true });
  await mkdir(path.join(dir, 'esp/loader/entries'), { recursive: true });
  await put('vmlinuz-linux', 1000);
  await put('EFI/BOOT/BOOTX64.EFI', 100);
  await put('loader/entries/arch.conf', 50);
});
afterEach(() => rm(dir, { recursive: true }));

const put = (name: string, bytes: number) => writeFile(path.join(dir, 'esp', name), 'x'.repeat(bytes));
const size = async (name: string) => (await readFile(path.join(dir, 'esp', name))).length;

async function run(command: string, room = 1_000_000) {
  const parts = await Promise.all(['common', 'boot'].map(rawText));
  const text = `${parts.join('\n')}\nesp=${dir}/esp; room() { echo ${room}; }\n${command}`;
  const { stdout, stderr, exitCode } = await execa('bash', ['-c', text], { reject: false, cwd: dir });
  return { stdout, stderr, exitCode };
}

test('saves and restores the files that follow the kernel, and leaves those that name the disk', async () => {
  expect(await run('keep_boot_files "$PWD/old.tar"')).toMatchObject({ exitCode: 0, stderr: '' });
  await put('vmlinuz-linux', 3000);
  await put('loader/entries/arch.conf', 70);
  expect(await run('put_boot_files "$PWD/old.tar"')).toMatchObject({ exitCode: 0, stderr: '' });
  expect([await size('vmlinuz-linux'), await size('loader/entries/arch.conf')]).toEqual([1000, 70]);
});

test('demands room for growth, and for the largest file beside the one that it replaces, in both directions', async () => {
  await put('vmlinuz-linux', 1400);
  await put('EFI/BOOT/BOOTX64.EFI', 120);
  await run('keep_boot_files "$PWD/new.tar"');
  await put('vmlinuz-linux', 1000);
  await put('EFI/BOOT/BOOTX64.EFI', 100);
  // 400 and 20 bytes more, and 1400 once more.
  expect(await run('demand_room "$PWD/new.tar"', 1820)).toMatchObject({ exitCode: 0 });
  expect(await run('demand_room "$PWD/new.tar"', 1819)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/has 1819 bytes free, but writing the image's kernel and loader needs 1820: delete/),
  });
  // A smaller kernel needs the room of the old one, for the way back.
  await put('vmlinuz-linux', 5000);
  expect((await run('demand_room "$PWD/new.tar"', 5019)).exitCode).toBe(1);
  expect((await run('demand_room "$PWD/new.tar"', 5020)).exitCode).toBe(0);
});

test('a file that cannot be written is named with its size, leaves the old files, and takes no room', async () => {
  await run('keep_boot_files "$PWD/new.tar"');
  await put('vmlinuz-linux', 300);
  // No file of this shell may grow, as on a full partition.
  const { exitCode, stderr } = await run(`trap '' XFSZ; ulimit -f 0; put_boot_files "$PWD/new.tar"`, 12);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /(vmlinuz-linux \(1000 bytes\)|BOOTX64.EFI \(100 bytes\)) could not be written to .*esp, which has 12 bytes free: delete unneeded/,
  );
  expect(await size('vmlinuz-linux')).toBe(300);
  expect((await run('find esp -name "*.semester"')).stdout).toBe('');
});

test('without a separate partition, boot.sh demands, saves and writes nothing', async () => {
  expect(
    await run('esp=; demand_room "$PWD/none.tar"; keep_boot_files "$PWD/none.tar"; put_boot_files "$PWD/none.tar"; ls'),
  ).toMatchObject({
    exitCode: 0,
    stdout: 'esp',
  });
});
