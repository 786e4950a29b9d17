import type { Site } from '../../../domain/site.ts';
import type { HostDependencies } from '../dependencies.ts';
import { keyValues } from '../root/root.ts';

/** Time limit for one of the site's checks, as in `checks.sh`. */
export const CHECK_MS = 60_000;

/** The site's checks that a script's output reports as failed. */
export const failedChecks = (
  { update }: Pick<Site, 'update'>,
  facts: Readonly<Record<string, string | undefined>>,
): readonly string[] => update.checks.filter((_, at) => facts[`failed_check_${at}`] !== undefined);

/**
 * R8: runs the site's checks (`update.checks`) on the root that runs now, and returns those that fail.
 * @throws ApplicationFailure `Unreachable`
 */
export async function runSiteChecks(
  remote: Pick<HostDependencies['remote'], 'run'>,
  site: Site,
  host: string,
): Promise<readonly string[]> {
  const { checks } = site.update;
  if (checks.length === 0) return [];
  const options = { deadlineMs: (checks.length + 1) * CHECK_MS };
  return failedChecks(site, keyValues(await remote.run(host, { name: 'site-checks', args: checks }, options)));
}

/** The end of a proof's summary that names them; empty if there are none. */
export const failedAlready = (checks: readonly string[]): string =>
  checks.length === 0 ? '' : `; failed before already: ${checks.map((check) => `"${check}"`).join(', ')}`;

/** The checks that failed on a host before it booted into another root. */
interface FailedBefore {
  /** The image, or what else names the boot. */
  readonly image: string;
  readonly failed: readonly string[];
}
const nameOf = (host: string) => `checks-before/${host}`;

/** Records which checks fail before a host boots into an image, so that they are not held against the image. */
export const rememberChecks = async (
  store: Pick<HostDependencies['store'], 'putNamed'>,
  host: string,
  before: FailedBefore,
): Promise<void> => await store.putNamed(nameOf(host), before);

/** The checks that failed on a host before it booted into this image; null if nobody looked. */
export async function checksBefore(
  store: Pick<HostDependencies['store'], 'getNamed'>,
  host: string,
  image: string,
): Promise<readonly string[] | null> {
  const before = await store.getNamed<FailedBefore>(nameOf(host));
  return before?.image === image ? before.failed : null;
}
