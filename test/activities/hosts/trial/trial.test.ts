import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rawText } from '../../../../activities/hosts/remote/scripts.ts';

const STUB = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub';

/** `trial.sh` against plain folders and a script in place of efibootmgr. The firmware is a folder. */
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'trial-'));
  for (const folder of ['bin', 'esp', 'firmware', 'scratch', 'files']) await mkdir(path.join(dir, folder));
  await writeFile(path.join(dir, 'firmware/partition'), 'aaaa-bbbb\n');
  await copyFile('lab/power/efibootmgr', path.join(dir, 'bin/efibootmgr'));
});
afterEach(() => rm(dir, { recursive: true }));

async function run(command: string) {
  const parts = await Promise.all(['common', 'back', 'boot', 'obstacles', 'trial'].map(rawText));
  const text = `${parts.join('\n')}
    PATH=${dir}/bin:$PATH LAB_FIRMWARE_FOLDER=${dir}/firmware kernel_command_line=${dir}/cmdline
    export LAB_FIRMWARE_FOLDER; esp=${dir}/esp scratch=${dir}/scratch armed=${dir}/guard; use_trial; id_of() { echo 258; }
    findmnt() { echo /dev/nvme0n1p1; }; lsblk() { echo nvme0n1 nvme0n1p1 $(<${dir}/firmware/partition); }
    ${command}`;
  const { stdout, stderr, exitCode } = await execa('bash', ['-c', text], { reject: false, cwd: dir });
  return { stdout, stderr, exitCode };
}

test("the command line is the host's own, with the root by its id, and a reset after a panic", async () => {
  await writeFile(
    path.join(dir, 'cmdline'),
    'BOOT_IMAGE=/vmlinuz root=UUID=1 rw rootflags=compress=zstd,subvol=root initrd=\\x quiet panic=3 gpu_semester.trial\n',
  );
  expect((await run('trial_command_line 258')).stdout).toBe(
    'root=UUID=1 rw quiet rootflags=compress=zstd,subvolid=258 panic=10 systemd.watchdog_sec=60 gpu_semester.trial',
  );
});

describe('BootNext', () => {
  test('is set for the entry of this service, which is made once and stays out of the boot order', async () => {
    const { stdout, stderr } = await run(
      'demand_trial_entry; demand_trial_entry; set_boot_next; boot_next_entry; efibootmgr | grep -c trial; efibootmgr | grep BootOrder; clear_boot_next; boot_next_entry',
    );
    expect([stdout, stderr]).toEqual(['0002\n1\nBootOrder: 0001', '']);
  });

  test('is refused if the firmware does not keep it', async () => {
    await run('demand_trial_entry');
    await writeFile(path.join(dir, 'firmware/forgets'), '');
    expect(await run('set_boot_next')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('did not keep BootNext'),
    });
  });

  test('leads to the partition of today: an entry for another one is made anew', async () => {
    const { stdout, stderr } = await run(
      `demand_trial_entry; echo cccc-dddd >${dir}/firmware/partition; demand_trial_entry; demand_trial_entry; efibootmgr --verbose | grep trial`,
    );
    expect([stdout.replaceAll('\t', ' '), stderr]).toEqual([
      String.raw`Boot0002* gpu-semester trial HD(1,GPT,cccc-dddd,0x800,0x100000)/File(\EFI\semester\trial.efi)`,
      '',
    ]);
  });

  test('of a person stays', async () => {
    expect(
      (await run('demand_trial_entry; efibootmgr --quiet --bootnext 0001; clear_boot_next; boot_next_entry')).stdout,
    ).toBe('0001');
  });
});

describe('the file on the ESP', () => {
  beforeEach(async () => {
    await writeFile(path.join(dir, 'files/vmlinuz-linux'), 'k'.repeat(30_001));
    await writeFile(path.join(dir, 'files/initramfs-linux.img'), 'i'.repeat(20_001));
    await writeFile(path.join(dir, 'files/amd-ucode.img'), 'u'.repeat(777));
    await execa('tar', [
      '-C',
      path.join(dir, 'files'),
      '-cf',
      path.join(dir, 'new.tar'),
      'vmlinuz-linux',
      'initramfs-linux.img',
      'amd-ucode.img',
    ]);
    await writeFile(path.join(dir, 'cmdline'), 'root=UUID=1 rw\n');
    await mkdir(path.join(dir, 'root/usr/lib'), { recursive: true });
    await writeFile(path.join(dir, 'root/usr/lib/os-release'), 'ID=arch\n');
  });

  test.runIf(existsSync(STUB))('holds kernel, microcode before initramfs, and the command line', async () => {
    const { stdout, stderr, exitCode } = await run(`
      stub_of() { echo ${STUB}; }; make_trial ${dir}/root new.tar
      for part in linux initrd cmdline; do objcopy -O binary --dump-section .$part=$part "$trial" /dev/null; done
      head -c 30001 linux | cmp - files/vmlinuz-linux
      command cat files/amd-ucode.img files/initramfs-linux.img | cmp - <(head -c 20778 initrd); ls esp/EFI/semester`);
    expect([stdout, stderr, exitCode]).toEqual(['trial.efi', '', 0]);
    expect(await readFile(path.join(dir, 'cmdline'), 'utf8')).toContain('subvolid=258 panic=10');
  });

  test('needs room for one kernel and initramfs more', async () => {
    const needed = 30_001 + 20_001 + 777 + 1024 * 1024;
    expect(await run(`room() { echo ${needed}; }; demand_trial_room new.tar`)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect((await run(`room() { echo ${needed - 1}; }; demand_trial_room new.tar`)).stderr).toContain(
      `needs ${needed}: delete`,
    );
  });

  test('needs one kernel with its initramfs, and the stub of systemd', async () => {
    const lacks = async (folder: string) => {
      const { stdout, stderr } = await run(`boot_once_obstacles() { :; }; trial_obstacles ${dir}/${folder} new.tar`);
      expect(stderr).toBe('');
      return stdout.split('\n');
    };
    const stub = path.join(dir, 'root/usr/lib/systemd/boot/efi');
    await mkdir(stub, { recursive: true });
    await writeFile(path.join(stub, 'linuxx64.efi.stub'), '');
    expect(await lacks('root')).toEqual(['']);
    expect(await lacks('elsewhere')).toEqual(['stub']);
    await writeFile(path.join(dir, 'files/vmlinuz-lts'), 'k');
    await execa('tar', ['-C', path.join(dir, 'files'), '-rf', path.join(dir, 'new.tar'), 'vmlinuz-lts']);
    expect(await lacks('root')).toEqual(['kernels', 'initramfs']);
    await execa('tar', ['-C', path.join(dir, 'files'), '-cf', path.join(dir, 'new.tar'), 'vmlinuz-linux']);
    expect(await lacks('root')).toEqual(['initramfs']);
  });
});
