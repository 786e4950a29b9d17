import type { Site } from '../../../domain/site.ts';

/** Closes logins from drain to reopen; see `login-lock.sh`. A new root inherits it from the running root. */
export const LOGIN_LOCK = 'etc/ssh/sshd_config.d/10-semester-lock.conf';

const RANGES = ['etc/subuid', 'etc/subgid'];

/**
 * The files that belong to one host and not to the image, as shell globs below `/`. A new root gets those of the
 * running root and loses those that only the image has. The ranges of subuid and subgid are merged; see `private.sh`.
 */
export const privatePaths = ({ update }: Pick<Site, 'update'>): readonly string[] => [...update.perHost, LOGIN_LOCK];

/**
 * The files that a host keeps from the running root when it rolls back on purpose: the Docker grants of today, the
 * login lock, and the host keys, because known_hosts pins them. Everything else is the old root's own.
 */
export const KEPT_PATHS: readonly string[] = [LOGIN_LOCK, ...RANGES, 'etc/ssh/ssh_host_*'];

/** Files that change by themselves or are compared elsewhere; their changes do not justify a roll-out. */
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
