import { readFile, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { aptInstall, SetupError, type Packages } from './apt.ts';
import { exists, type Progress } from './cache.ts';

/** Packages of the lab's hosts and services, each with a command that it provides. */
const LAB: Packages = {
  'systemd-container': 'systemd-nspawn',
  mmdebstrap: 'mmdebstrap',
  'btrfs-progs': 'mkfs.btrfs',
  zstd: 'zstd',
  'libarchive-tools': 'bsdtar',
  'pacman-package-manager': 'pacman',
  socat: 'socat',
  'openssh-client': 'ssh',
  iproute2: 'ip',
  git: 'git',
  postgresql: 'pg_ctlcluster',
  jekyll: 'jekyll',
};

/** Packages of the full machines: an emulator, its firmware, and what builds their disks. */
const MACHINES: Packages = {
  'qemu-system-x86': 'qemu-system-x86_64',
  ovmf: null,
  'systemd-boot-efi': null,
  dosfstools: 'mkfs.vfat',
  mtools: 'mcopy',
  cpio: 'cpio',
  kmod: 'depmod',
  fdisk: 'sfdisk',
};

/** The linter of the scripts. */
const LINT: Packages = { shellcheck: 'shellcheck' };

/** Packages that only tests need: docker-compose validates the compose file. */
const TESTS: Packages = { 'docker-compose': 'docker-compose', ...LINT };

async function hasBtrfs(): Promise<boolean> {
  const knows = async () => /^\s*btrfs$/m.test(await readFile('/proc/filesystems', 'utf8'));
  if (await knows()) return true;
  await execa('modprobe', ['btrfs'], { reject: false });
  return knows();
}

/**
 * Checks prerequisites that are not packages: Linux, root, btrfs, loop devices.
 * @throws SetupError with instructions.
 */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') {
    throw new SetupError(
      `The lab's hosts are Linux containers; this is ${process.platform}. Run this on a Linux machine.`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      'The lab mounts file systems and starts containers, which requires root. Run this as root, for example with sudo.',
    );
  }
  if (!(await hasBtrfs())) {
    throw new SetupError(
      "This kernel has no btrfs, which the lab's hosts need. Use a kernel with btrfs (modprobe btrfs), then run this again.",
    );
  }
  if (!(await exists('/dev/loop-control'))) {
    throw new SetupError(
      'There are no loop devices (/dev/loop-control). In a container, start it with --privileged; else: modprobe loop.',
    );
  }
}

const WATCHERS = '/proc/sys/fs/inotify/max_user_instances';
/** Each host's systemd uses several inotify instances; three labs exhaust the kernel's default of 128. */
const WATCHERS_NEEDED = 4096;

/** Raises the limit until the next boot, never lowers it. A host without an inotify instance crashes while it boots. */
async function raiseWatchers(): Promise<void> {
  if (Number(await readFile(WATCHERS, 'utf8')) < WATCHERS_NEEDED) await writeFile(WATCHERS, `${WATCHERS_NEEDED}`);
}

/** Installs and checks everything that the lab needs. @throws SetupError if the lab cannot run on this machine. */
export async function labPrerequisites(progress: Progress = () => {}): Promise<void> {
  await checkMachine();
  await raiseWatchers();
  await aptInstall(LAB, progress);
}

/** Installs and checks what full machines need in addition to the lab. @throws SetupError if they cannot run on this machine. */
export async function machinePrerequisites(progress: Progress = () => {}): Promise<void> {
  if (process.arch !== 'x64') {
    throw new SetupError(
      `The full machines are x86-64 and Debian's kernels for it; this is ${process.arch}. Run this on an x86-64 machine.`,
    );
  }
  await execa('modprobe', ['tun'], { reject: false });
  if (!(await exists('/dev/net/tun'))) {
    throw new SetupError(
      'There is no /dev/net/tun, to which the network of full machines is plugged. In a container, start it with --device /dev/net/tun; else: modprobe tun.',
    );
  }
  await aptInstall(MACHINES, progress);
}

/** Installs what `npm run lint` needs. @throws SetupError */
export const lintPrerequisites = (progress: Progress = () => {}): Promise<void> => aptInstall(LINT, progress);

/** Installs what tests need in addition to the lab. @throws SetupError */
export const testPrerequisites = (progress: Progress = () => {}): Promise<void> => aptInstall(TESTS, progress);
