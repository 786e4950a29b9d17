import { durationMs } from '../../../domain/moments.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { privatePaths } from '../root/private.ts';
import { jobsOf } from '../jobs/jobs.ts';
import { espOf, lookRoot } from '../root/root.ts';
import type { Remote } from '../remote/remote.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RolloutActivities } from './contract.ts';

/**
 * R8 on a follower, renames only: `root.new` becomes `root` and the default; what runs becomes `old-root`. What has changed of
 * what is private to the host since `prepareRoot` is carried over before, and the guard is armed. Facts: `{host, bootId, due}`: the
 * boot that a reboot must end, and whether there must be one.
 * @throws ApplicationFailure `CommandFailed` when `root` is not what runs or root.new is not prepared; `VerificationFailed`
 */
export function switchRoot({ site, remote, clock }: HostDependencies): RolloutActivities['switchRoot'] {
  return async ({ ref, host, image }) => {
    const config = await site();
    const { toplevel, jobs } = config.layout;
    const { name, snapshotUuid } = image.facts;
    if (!ref.byHand) {
      const seconds = String(Math.ceil(durationMs(config.update.confirmWithin) / 1000));
      const args = [toplevel, jobs, espOf(config), name, snapshotUuid, seconds, ...privatePaths(config)];
      // A new round looks again: what it did before a crash is recognised by what lies on the disk.
      await remote.job(host, ref, { name: 'switch-root', args });
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

/** The path of abort: a switched host that has not rebooted yet boots what runs. Returns whether there was a switch to undo. */
export async function undoSwitch(remote: Pick<Remote, 'run'>, site: Site, host: string): Promise<boolean> {
  const said = await remote.run(host, { name: 'undo-switch', args: [...jobsOf(site, host), espOf(site)] });
  return said.trim() === 'undone';
}
