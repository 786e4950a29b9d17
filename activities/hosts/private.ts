/** Closes logins from drain to reopening; see `scripts/login-lock.sh`. A part of the running root that a new one inherits. */
export const LOGIN_LOCK = 'etc/ssh/sshd_config.d/10-semester-lock.conf';

/**
 * What belongs to one host and not to the image, below `/`, as shell globs. Whatever of it the running root has goes into
 * the new root, and whatever of it only the image has is taken out. The ranges of subuid stay the host's own: the files
 * of its Docker data are owned by them.
 */
export const PRIVATE_PATHS: readonly string[] = [
  'etc/ssh/ssh_host_*',
  LOGIN_LOCK,
  'etc/hostname',
  'etc/hosts',
  'etc/machine-id',
  'etc/fstab',
  'etc/crypttab',
  'etc/subuid',
  'etc/subgid',
  'etc/systemd/network',
  'etc/network/interfaces',
  'etc/netctl',
  'etc/NetworkManager/system-connections',
];

/** What changes by itself or is told apart elsewhere: no reason to roll an image out. */
export const VOLATILE_PATHS: readonly string[] = [
  ...PRIVATE_PATHS,
  'etc/semester-image',
  'etc/subuid-',
  'etc/subgid-',
  'etc/ld.so.cache',
  'var/lib/pacman',
  'var/cache',
  'var/log',
  'var/tmp',
  'tmp',
  'root/.*',
];
