import type { Site } from '../../../domain/site.ts';
import { espOf, keyValues } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { StepRef } from '../../../domain/step.ts';

/**
 * Confirms a boot to its guard (`guard.sh`), which otherwise reverts to the old root in time. A root that was tried becomes
 * `root` and the default, with its kernels. Uses a new connection: a working login is part of the confirmation.
 * @throws ApplicationFailure `Unreachable`; `CommandFailed` if the host is already reverting, or the commit stopped midway
 */
export async function confirmBoot(
  { remote }: Pick<HostDependencies, 'remote'>,
  site: Site,
  host: string,
  imageUuid: string,
): Promise<void> {
  remote.forget(host);
  const { toplevel, jobs } = site.layout;
  await remote.run(host, { name: 'confirm-boot', args: [toplevel, jobs, espOf(site), imageUuid] });
}

/** Why a host reverts, and from which image. */
interface Back {
  readonly why: string;
  /** Snapshot UUID of the image that must run; null: any. */
  readonly imageUuid: string | null;
  /** Files of the running root that the old root gets, as globs below `/`. */
  readonly paths: readonly string[];
}

/**
 * Reverts to the old root by renames, or by ending its trial; the running root continues until a reboot. Returns the boot that the reboot must
 * end, and the image that the host leaves.
 * @throws ApplicationFailure `CommandFailed` if old-root does not exist or another root runs
 */
export async function goBack(
  { remote, site }: Pick<HostDependencies, 'remote' | 'site'>,
  ref: StepRef,
  host: string,
  { why, imageUuid, paths }: Back,
): Promise<{ readonly bootId: string; readonly from: string }> {
  const config = await site();
  const { toplevel, jobs } = config.layout;
  const args = [toplevel, jobs, espOf(config), imageUuid ?? '', why.replaceAll(/\s+/g, ' '), ...paths];
  const { tail } = await remote.job(host, ref, { name: 'go-back', args });
  const facts = keyValues(tail);
  return { bootId: facts['boot_id'] ?? '', from: facts['from'] ?? '' };
}
