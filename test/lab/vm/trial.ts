import { expect } from 'vitest';
import type { Lab } from '../../../lab/lab.ts';

const TOP = '/root/btrfs-toplevel';
/** How long a machine may take from a command to reboot until sshd answers, a failed trial in between, beside other tests. */
const BOOT_MS = 600_000;

/** What the initramfs does instead of booting; see lab/vm/init. */
type Fault = 'panic' | null;

/**
 * Makes `root.new` with the new kernel's modules, and one file with this kernel, its initramfs and a command line that names `root.new` by
 * its id, as a boot entry outside of the boot order.
 */
const prepare = (fault: Fault) => `
  set -euo pipefail
  mountpoint -q ${TOP} || mount ${TOP}
  cd ${TOP}
  [ ! -e root.new ] || btrfs -q subvolume delete root.new
  btrfs -q subvolume snapshot root root.new
  tar -C root.new -xf /local/lab/new-kernel.tar usr
  btrfs property set -ts root.new ro true
  cd "$(mktemp -d)"
  tar -xf /local/lab/new-kernel.tar boot
  ${fault ? `echo ${fault} >lab-fault; bsdtar --format newc -cf fault.cpio lab-fault` : ': >fault.cpio'}
  cat fault.cpio boot/initramfs-linux.img >initrd
  printf '%s' "root=/dev/vda2 rw console=ttyS0 panic=10 systemd.watchdog_sec=30 \\
rootflags=subvolid=$(btrfs inspect-internal rootid ${TOP}/root.new)" >cmdline
  objcopy --add-section .osrel=/etc/os-release --change-section-vma .osrel=0x20000 \\
    --add-section .cmdline=cmdline --change-section-vma .cmdline=0x30000 \\
    --add-section .linux=boot/vmlinuz-linux --change-section-vma .linux=0x2000000 \\
    --add-section .initrd=initrd --change-section-vma .initrd=0x3000000 \\
    /usr/lib/systemd/boot/efi/linuxx64.efi.stub new.efi
  mkdir -p /boot/EFI/semester
  cp new.efi /boot/EFI/semester/new.efi
  sync -f /boot
  efibootmgr | grep -q semester || efibootmgr -q --create-only --disk /dev/vda --part 1 --label semester --loader '\\EFI\\semester\\new.efi'`;

/** The entry's number, and the firmware kept it. */
const BOOT_NEXT = `
  n=$(efibootmgr | sed -n 's/^Boot\\([0-9A-F]*\\)[* ] semester.*/\\1/p')
  efibootmgr -q --bootnext "$n"
  efibootmgr | grep -qx "BootNext: $n"`;

const DELETE_ENTRY = `
  efibootmgr -q --delete-bootnext 2>/dev/null || true
  for n in $(efibootmgr | sed -n 's/^Boot\\([0-9A-F]*\\)[* ] semester.*/\\1/p'); do efibootmgr -q -b "$n" -B; done
  rm -f /boot/EFI/semester/new.efi; sync -f /boot`;

/** The names, the default subvolume and the kernel follow the root that runs. A step may run again. */
const COMMIT = [
  BOOT_NEXT,
  `cd ${TOP}; if [ -e root.new ] && [ -e root ]; then
    [ ! -e old-root ] || btrfs -q subvolume delete old-root; mv -T root old-root; sync -f .; fi`,
  `cd ${TOP}; [ -e root ] || mv -T root.new root; sync -f .`,
  `btrfs subvolume set-default ${TOP}/root; sync -f ${TOP}`,
  'tar -C / --no-same-owner -xf /local/lab/new-kernel.tar boot; sync -f /boot',
  DELETE_ENTRY,
];

/** What a machine runs, and what its next boot would take. */
export interface Running {
  readonly bootId: string;
  /** The subvolume, by its name now. */
  readonly root: string;
  readonly kernel: string;
  /** The default subvolume, by its name now. */
  readonly byDefault: string;
  /** Whether the firmware has a BootNext. */
  readonly next: boolean;
}

/** Trials of another root and kernel on a machine: what UEFI's BootNext does, without the product. */
export function trialsOn(lab: Lab, host: string) {
  const run = (command: string) => lab.exec(host, `mountpoint -q ${TOP} || mount ${TOP}; ${command}`);
  const running = async (): Promise<Running> => {
    const text = await run(`cat /proc/sys/kernel/random/boot_id
      btrfs inspect-internal subvolid-resolve $(btrfs inspect-internal rootid /) ${TOP}
      uname -r; btrfs subvolume get-default / | sed 's/.* path //'; efibootmgr | grep -c ^BootNext || true`);
    const [bootId = '', root = '', kernel = '', byDefault = '', next = ''] = text.split('\n');
    return { bootId, root, kernel, byDefault, next: next !== '0' };
  };
  /** Resolves with what runs when the machine has booted again. */
  const booted = async (before: Running): Promise<Running> => {
    const seen = () => running().catch((error: unknown) => ({ ...before, error }));
    await expect.poll(seen, { timeout: BOOT_MS, interval: 1000 }).not.toMatchObject({ bootId: before.bootId });
    return await running();
  };
  return {
    run,
    running,
    booted,
    prepare: (fault: Fault) => run(prepare(fault)),
    bootNext: () => run(BOOT_NEXT),
    /** Does not wait. With `--force` the units are not stopped one by one. */
    reboot: () => lab.exec(host, 'systemctl reboot --force').catch(() => undefined),
    commit: async () => {
      for (const step of COMMIT) await run(`set -e; ${step}`);
    },
  };
}
