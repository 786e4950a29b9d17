import type { Site } from '../../../domain/site.ts';

/** Closes logins from drain to reopening; see `scripts/login-lock.sh`. A part of the running root that a new one inherits. */
export const LOGIN_LOCK = 'etc/ssh/sshd_config.d/10-semester-lock.conf';

const RANGES = ['etc/subuid', 'etc/subgid'];

/**
 * What belongs to one host and not to the image, below `/`, as shell globs. Whatever of it the running root has goes into
 * the new root, and whatever of it only the image has is taken out. The ranges of subuid and subgid are merged: see
 * `scripts/private.sh`.
 */
export const privatePaths = ({ update }: Pick<Site, 'update'>): readonly string[] => [...update.perHost, LOGIN_LOCK];

/**
 * What a root that is gone back to on purpose gets of the one that runs: what people were given meanwhile, and the host keys, since
 * nobody would get in to one that shows others than those that are pinned. All else is the old root's own.
 */
export const KEPT_PATHS: readonly string[] = [LOGIN_LOCK, ...RANGES, 'etc/ssh/ssh_host_*'];

/** What changes by itself or is told apart elsewhere: no reason to roll an image out. */
export const volatilePaths = (site: Pick<Site, 'update'>): readonly string[] => [
  ...privatePaths(site),
  ...RANGES,
  'etc/semester-image',
  'etc/semester-guard',
  'etc/systemd/system/semester-guard.service',
  'etc/systemd/system/sysinit.target.wants',
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
