import { lookRoot } from './root.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RootActivities } from './contract.ts';

/**
 * R8: the running image and the failed images of each host. Reports a host that does not answer as silent, with the
 * reason.
 */
export function lookImages({ site, remote }: HostDependencies): RootActivities['lookImages'] {
  return async ({ hosts }) => {
    const config = await site();
    return await Promise.all(
      hosts.map(async (host) => {
        try {
          const { image, failed } = await lookRoot(remote, config, host, { deadlineMs: 20_000 });
          return { host, image, failed, silent: null };
        } catch (error) {
          return { host, image: null, failed: [], silent: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
  };
}
