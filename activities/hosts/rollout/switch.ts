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
 * R8 on a follower, renames only: `root.new` becomes `root` and the default; the running root becomes `old-root`.
 * Before that, carries over private files that changed since `prepareRoot`, and arms the guard. Facts: `{host, bootId,
 * due}`: the boot that a reboot must end, and whether a reboot is due.
 * @throws ApplicationFailure `CommandFailed` if `root` is not the running root or root.new is not prepared;
 *   `VerificationFailed`
 */
export function switchRoot({ site, remote, clock }: HostDependencies): RolloutActivities['switchRoot'] {
  return async ({ ref, host, image }) => {
    const config = await site();
    const { toplevel, jobs } = config.layout;
    const { name, snapshotUuid } = image.facts;
    if (!ref.byHand) {
      const seconds = String(Math.ceil(durationMs(config.update.confirmWithin) / 1000));
      const args = [toplevel, jobs, espOf(config), name, snapshotUuid, seconds, ...privatePaths(config)];
      // A new round runs the script again: it recognises earlier work by the state of the disk.
      await remote.job(host, ref, { name: 'switch-root', args });
    }
    const look = await lookRoot(remote, config, host);
    const next = look.made.root;
    if (look.default !== 'root' || next.imageUuid !== snapshotUuid) {
      throw refuse(
        'VerificationFailed',
        `${host} would boot "${look.default}" of image ${next.image ?? 'unknown'}, not root of ${name}: ` +
          `check btrfs subvolume get-default / and ${toplevel}/root/etc/semester-image there`,
      );
    }
    return {
      what: 'root-swapped',
      at: clock().toISOString(),
      summary: `${host} boots root of ${name} next; its running root is kept as ${look.running}`,
      facts: { host, bootId: look.bootId, due: look.running !== 'root' },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  };
}

/** On abort: a switched host without a reboot boots its running root again. Returns whether it undid a switch. */
export async function undoSwitch(remote: Pick<Remote, 'run'>, site: Site, host: string): Promise<boolean> {
  const output = await remote.run(host, { name: 'undo-switch', args: [...jobsOf(site, host), espOf(site)] });
  return output.trim() === 'undone';
}
