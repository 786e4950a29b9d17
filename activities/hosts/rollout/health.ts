import type { Site } from '../../../domain/site.ts';
import { lockAfterBoot } from '../access/logins.ts';
import { keyValues, type RootLook } from '../root/root.ts';
import { CHECK_MS, failedChecks } from './site-checks.ts';
import type { HostDependencies } from '../dependencies.ts';

/** A host's health after a boot: all problems, and failed units, which alone are not a problem. */
export interface Health {
  readonly problems: readonly string[];
  readonly kernel: Kernel;
  readonly failedUnits: string;
  /** Checks of the site that failed before the boot, too. */
  readonly failedBefore: readonly string[];
}

/** Release of the running kernel, and of the kernels in the root's image: none for a container. */
export interface Kernel {
  readonly running: string;
  readonly brought: readonly string[];
}

/** Returns the problem if the running kernel does not belong to an image's `root`. */
export function wrongKernel({ running, brought }: Kernel, esp: string): readonly string[] {
  if (brought.length === 0 || brought.includes(running)) return [];
  const why = esp === '' ? '' : `: ${esp} holds another kernel than the image, or its loader chose another one`;
  return [`it runs the kernel ${running}, but the image holds ${brought.join(', ')}${why}`];
}

/**
 * Problems if another root than the image's `root` runs: its `root.new` while it is tried. Waiting does not solve
 * them.
 */
export function wrongRoot(look: RootLook): readonly string[] {
  const tried = look.running === 'root.new' && look.trial !== null;
  return [
    ...(look.running === 'root' || tried ? [] : [`it runs the subvolume "${look.running}", not root`]),
    ...(look.default === 'root' ? [] : [`its default subvolume is "${look.default}", not root`]),
    ...(look.readOnly ? [] : ['/ is writable']),
  ];
}

/**
 * R8, after a boot: systemd is up, homes are mounted, the running kernel's modules exist, every earlier Docker grant
 * exists, earlier login locks hold, and the site's own checks pass. A check of `before` failed before the boot already,
 * so it is no problem of this root.
 * @throws ApplicationFailure `Unreachable`
 */
export async function checkHealth(
  remote: HostDependencies['remote'],
  site: Site,
  host: string,
  before: readonly string[] = [],
): Promise<Health> {
  const { toplevel, home } = site.layout;
  const { checks } = site.update;
  const script = { name: 'check-health', args: [toplevel, home, ...checks] };
  const [output, open] = await Promise.all([
    remote.run(host, script, { deadlineMs: 300_000 + checks.length * CHECK_MS }),
    lockAfterBoot({ remote }, site, host),
  ]);
  const health = keyValues(output);
  const problems: string[] = [];
  if (!['running', 'degraded'].includes(health['state'] ?? '')) problems.push(`systemd reports "${health['state']}"`);
  if (health['home'] !== 'mounted') problems.push(`${home} is not mounted`);
  if (health['modules'] === 'missing')
    problems.push(`the modules of the running kernel ${health['kernel']} are missing`);
  if (health['ungranted']) problems.push(`the Docker ranges of ${health['ungranted']} are gone`);
  if (open !== null) problems.push(open);
  const failed = failedChecks(site, health);
  for (const check of failed) if (!before.includes(check)) problems.push(`the check "${check}" failed`);
  const brought = (health['brought'] ?? '').split(',').filter((release) => release !== '');
  const kernel = { running: health['kernel'] ?? '', brought };
  const failedBefore = failed.filter((check) => before.includes(check));
  return { problems, kernel, failedUnits: health['failed'] ?? '', failedBefore };
}
