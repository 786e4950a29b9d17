import type { Site } from '../../../domain/site.ts';
import type { HostDependencies } from '../dependencies.ts';
import { espOf } from '../root/root.ts';

/**
 * Ends a trial whose root never got as far as its guard, and records why. The host runs its old root again.
 * @throws ApplicationFailure `Unreachable`
 */
export async function endTrial({ remote }: Pick<HostDependencies, 'remote'>, site: Site, host: string): Promise<void> {
  const { toplevel, jobs } = site.layout;
  await remote.run(host, { name: 'end-trial', args: [toplevel, jobs, espOf(site)] });
}
