import type { Site } from '../../../domain/site.ts';
import { lockAfterBoot } from '../access/logins.ts';
import { keyValues, type RootLook } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';

/** How a host is after a boot: everything that is not as it should be, and units that failed, which alone are no reason. */
export interface Health {
  readonly problems: readonly string[];
  readonly kernel: Kernel;
  readonly failedUnits: string;
}

/** Release of the kernel that runs, and of those that the image of the root brought: none, where it is a container's. */
export interface Kernel {
  readonly running: string;
  readonly brought: readonly string[];
}

/** What is wrong with the kernel that runs with an image's `root`. */
export function wrongKernel({ running, brought }: Kernel, esp: string): readonly string[] {
  if (brought.length === 0 || brought.includes(running)) return [];
  const why = esp === '' ? '' : `: ${esp} has another one than the image's, or its loader chose another`;
  return [`it runs the kernel ${running}, and the image brings ${brought.join(', ')}${why}`];
}

/** How long one of the site's checks may take, as in `check-health.sh`. */
const CHECK_MS = 60_000;

/** What is wrong with what runs, where an image's `root` should; nothing of it can be mended by waiting. */
export function wrongRoot(look: RootLook): readonly string[] {
  return [
    ...(look.running === 'root' ? [] : [`it runs the subvolume "${look.running}", not root`]),
    ...(look.default === 'root' ? [] : [`its default subvolume is "${look.default}", not root`]),
    ...(look.readOnly ? [] : ['/ is writable']),
  ];
}

/**
 * R8, after a boot: systemd up, homes mounted, the running kernel's modules there, every Docker grant of before there, logins closed
 * still where they were, the site's own checks.
 * @throws ApplicationFailure `Unreachable`
 */
export async function checkHealth(remote: HostDependencies['remote'], site: Site, host: string): Promise<Health> {
  const { toplevel, home } = site.layout;
  const { checks } = site.update;
  const script = { name: 'check-health', args: [toplevel, home, ...checks] };
  const [said, open] = await Promise.all([
    remote.run(host, script, { deadlineMs: 300_000 + checks.length * CHECK_MS }),
    lockAfterBoot({ remote }, site, host),
  ]);
  const health = keyValues(said);
  const problems: string[] = [];
  if (!['running', 'degraded'].includes(health['state'] ?? '')) problems.push(`systemd says "${health['state']}"`);
  if (health['home'] !== 'mounted') problems.push(`${home} is not mounted`);
  if (health['modules'] === 'missing') problems.push(`there are no modules of the running kernel ${health['kernel']}`);
  if (health['ungranted']) problems.push(`the Docker ranges of ${health['ungranted']} are gone`);
  if (open !== null) problems.push(open);
  for (const [at, check] of checks.entries())
    if (health[`failed_check_${at}`] !== undefined) problems.push(`the check "${check}" failed`);
  const brought = (health['brought'] ?? '').split(',').filter((release) => release !== '');
  return { problems, kernel: { running: health['kernel'] ?? '', brought }, failedUnits: health['failed'] ?? '' };
}
