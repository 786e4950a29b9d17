import { durationMs } from '../../domain/moments.ts';
import { refuse } from '../failures.ts';
import type { UpdateActivities } from '../types.ts';
import { privatePaths } from './private.ts';
import { espOf, lookRoot } from './root.ts';
import type { UpdateDeps } from './update-deps.ts';

/**
 * R8 on a follower, renames only: `root.new` becomes `root` and the default; what runs becomes `old-root`. What has changed of
 * what is private to the host since `prepareRoot` is carried over before, and the guard is armed. Facts: `{host, bootId, due}`: the
 * boot that a reboot must end, and whether there must be one.
 * @throws ApplicationFailure `CommandFailed` when `root` is not what runs or root.new is not prepared; `VerificationFailed`
 */
export function swapRoot({ site, remote, clock }: UpdateDeps): UpdateActivities['swapRoot'] {
  return async ({ ref, host, image }) => {
    const config = await site();
    const { toplevel, jobs } = config.layout;
    const { name, snapshotUuid } = image.facts;
    if (!ref.byHand) {
      const seconds = String(Math.ceil(durationMs(config.update.confirmWithin) / 1000));
      const args = [toplevel, jobs, espOf(config), name, snapshotUuid, seconds, ...privatePaths(config)];
      // A new round looks again: what it did before a crash is recognised by what lies on the disk.
      await remote.job(host, ref, { name: 'swap-root', args });
    }
    const look = await lookRoot(remote, config, host);
    const next = look.made.root;
    if (look.default !== 'root' || next.imageUuid !== snapshotUuid) {
      throw refuse(
        'VerificationFailed',
        `${host} would boot "${look.default}" of image ${next.image ?? 'unknown'}, not root of ${name}: ` +
          `look at btrfs subvolume get-default / and ${toplevel}/root/etc/semester-image there`,
      );
    }
    return {
      what: 'root-swapped',
      at: clock().toISOString(),
      summary: `${host} boots root of ${name} next; what runs is kept as ${look.running}`,
      facts: { host, bootId: look.bootId, due: look.running !== 'root' },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  };
}
