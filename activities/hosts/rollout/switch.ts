import { durationMs } from '../../../domain/moments.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { privatePaths } from '../root/private.ts';
import { jobsOf } from '../jobs/jobs.ts';
import { espOf, lookRoot, type RootLook } from '../root/root.ts';
import type { Remote } from '../remote/remote.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RolloutActivities } from './contract.ts';

/**
 * R8 on a follower: lets it boot `root.new` next. Before that, carries over private files that changed since
 * `prepareRoot`, and arms the guard. If the firmware can boot a root just once, nothing else changes until the root is
 * confirmed; otherwise `root.new` becomes `root` and the default, and the running root becomes `old-root`. Facts:
 * `{host, bootId, due}`: the boot that a reboot must end, and whether a reboot is due.
 * @throws ApplicationFailure `CommandFailed` if `root` is not the running root, root.new is not prepared or the firmware
 *   did not keep BootNext; `VerificationFailed`
 */
export function switchRoot({ site, remote, clock }: HostDependencies): RolloutActivities['switchRoot'] {
  return async ({ ref, host, image }) => {
    const config = await site();
    const { toplevel, jobs } = config.layout;
    const { name } = image.facts;
    if (!ref.byHand) {
      const seconds = String(Math.ceil(durationMs(config.update.confirmWithin) / 1000));
      const args = [toplevel, jobs, espOf(config), name, image.facts.snapshotUuid, seconds, ...privatePaths(config)];
      // A new round runs the script again: it recognises earlier work by the state of the disk.
      await remote.job(host, ref, { name: 'switch-root', args });
    }
    const look = await lookRoot(remote, config, host);
    const next = nextRoot(look, image);
    if (next === null) {
      throw refuse(
        'VerificationFailed',
        `${host} would boot "${look.default}" of image ${look.made.root.image ?? 'unknown'}, not ${name}: ` +
          `check efibootmgr, btrfs subvolume get-default / and ${toplevel}/root/etc/semester-image there`,
      );
    }
    return {
      what: 'root-swapped',
      at: clock().toISOString(),
      summary: SUMMARIES[next](host, name, look.running),
      facts: { host, bootId: look.bootId, due: next !== 'tried' && (next === 'trial' || look.running !== 'root') },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  };
}

/** How this host boots the image next: by a trial, as its `root`, or in a trial that runs already; null if it does not. */
function nextRoot(look: RootLook, image: Proof<'image'>): 'trial' | 'tried' | 'root' | null {
  const { snapshotUuid, name } = image.facts;
  if (look.trial?.image === name && !look.trial.committing && look.made['root.new'].imageUuid === snapshotUuid) {
    if (look.running === 'root.new') return 'tried';
    if (look.running === 'root' && look.trial.next) return 'trial';
  }
  return look.default === 'root' && look.made.root.imageUuid === snapshotUuid ? 'root' : null;
}

const SUMMARIES: Readonly<Record<'trial' | 'tried' | 'root', (host: string, name: string, running: string) => string>> =
  {
    trial: (host, name) => `${host} boots root.new of ${name} next, once; nothing else of it has changed`,
    tried: (host, name) => `${host} tries root.new of ${name} already`,
    root: (host, name, running) => `${host} boots root of ${name} next; its running root is kept as ${running}`,
  };

/** On abort: a host that would boot the new root, and has not rebooted, boots its running root again. Returns whether it undid a switch. */
export async function undoSwitch(remote: Pick<Remote, 'run'>, site: Site, host: string): Promise<boolean> {
  const output = await remote.run(host, { name: 'undo-switch', args: [...jobsOf(site, host), espOf(site)] });
  return output.trim() === 'undone';
}
