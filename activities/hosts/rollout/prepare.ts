import { refuse } from '../../failures.ts';
import { readManifest } from '../image/manifest.ts';
import { privatePaths } from '../root/private.ts';
import { scriptText } from '../remote/scripts.ts';
import { espOf, keyValues, lookRoot } from '../root/root.ts';
import { failedAlready, rememberChecks, runSiteChecks } from './site-checks.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RolloutActivities } from './contract.ts';

/**
 * R8 on a follower, before any downtime: makes `root.new` read-only from the received snapshot, with the host's private
 * files, the fleet's subuid and subgid for accounts without a range here, and the guard. Keeps a finished one of the
 * same image; makes a half-finished one anew. Deletes the root that ran before the running root. Facts: `{host,
 * image}`.
 * @throws ApplicationFailure `CommandFailed` if `root` is not the running root or old-root cannot be deleted;
 *   `VerificationFailed`
 */
export function prepareRoot({ site, remote, store, clock }: HostDependencies): RolloutActivities['prepareRoot'] {
  return async ({ ref, host, image }) => {
    let way = '';
    const config = await site();
    const { toplevel, jobs, snapshots, images } = config.layout;
    const { name, path, snapshotUuid } = image.facts;
    if (!ref.byHand) {
      const { ranges, esp, kernel } = await readManifest(remote, config, host, path);
      const sums = [ranges?.subuid ?? '', ranges?.subgid ?? '', esp?.sha256 ?? ''];
      const beside = [config.ssh.user, `${images}/${name}`, ...sums];
      const place = [toplevel, jobs, espOf(config), snapshots, name, snapshotUuid];
      const args = [...place, ...beside, kernel.join(','), ...privatePaths(config)];
      const { tail } = await remote.job(host, ref, { name: 'prepare-root', args, input: await scriptText('guard') });
      way = wayOf(keyValues(tail));
    }
    const look = await lookRoot(remote, config, host);
    const isIt = (root: 'root' | 'root.new') => look.made[root].readOnly && look.made[root].imageUuid === snapshotUuid;
    const made = (['root', 'root.new'] as const).find(isIt) ?? null;
    if (made === null) {
      throw refuse(
        'VerificationFailed',
        `${toplevel}/root.new on ${host} is not a read-only root of ${name}: delete it, then retry`,
      );
    }
    // On the root that still runs. Once the image runs, the record of before stays.
    const failed = made === 'root.new' ? await runSiteChecks(remote, config, host) : [];
    if (made === 'root.new') await rememberChecks(store, host, { image: name, failed });
    return {
      what: 'root-prepared',
      at: clock().toISOString(),
      summary: `${host} has ${made} of ${name}, read-only${way}${failedAlready(failed)}`,
      facts: { host, image: name },
      how: ref.byHand ? 'by-hand' : made === 'root' ? 'found' : 'service',
    };
  };
}

/** The end of a proof's summary: which way the host will boot the root; empty if that is not decided here. */
function wayOf({ way, why }: Readonly<Record<string, string | undefined>>): string {
  if (way === 'try') return '; it is tried once before anything else changes';
  return way === 'switch' ? `; names and kernels change before its boot, since: ${why}` : '';
}
