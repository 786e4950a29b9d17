import type { Site } from '../../../domain/site.ts';
import { espOf, keyValues } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { StepRef } from '../../../domain/step.ts';

/** The guard of a new root (`scripts/guard.sh`): unless this boot is confirmed in time, it goes back to the old one. */

/**
 * Confirms a boot to its guard, over a connection of its own: that a login works now is a part of what is confirmed.
 * @throws ApplicationFailure `Unreachable`; `CommandFailed` when the host is on its way back already
 */
export async function confirmBoot(
  { remote }: Pick<HostDependencies, 'remote'>,
  site: Site,
  host: string,
  imageUuid: string,
): Promise<void> {
  remote.forget(host);
  const { toplevel, jobs } = site.layout;
  await remote.run(host, { name: 'confirm-boot', args: [toplevel, jobs, imageUuid] });
}

/** Why a host goes back, and from what. */
interface Back {
  readonly why: string;
  /** Of the image that must run; null: whatever runs. */
  readonly imageUuid: string | null;
  /** What of the running root the old one gets, as globs below `/`. */
  readonly paths: readonly string[];
}

/**
 * Back to the old root, in names; what runs goes on running until a reboot. Returns the boot that it must end, and the image that
 * is left.
 * @throws ApplicationFailure `CommandFailed` when there is no old-root, or something else runs
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
  const said = keyValues(tail);
  return { bootId: said['boot_id'] ?? '', from: said['from'] ?? '' };
}
