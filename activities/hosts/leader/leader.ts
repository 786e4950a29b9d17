import { changesOf, parsePackages, type Packages } from '../../../domain/packages.ts';
import { refuse } from '../../failures.ts';
import { closeWindow, demandRoot, lookRoot } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';
import { jobInWindow } from '../root/window.ts';
import type { LeaderActivities } from './contract.ts';

/** An update that fills the disk half-way leaves a host that cannot even say so. */
const LEAST_FREE_BYTES = 512 * 1024 * 1024;

/** Where the leader's packages before this workflow's update are kept: a second try must not forget them. */
export const packagesBefore = (workflow: string, host: string) => `packages-before/${workflow}/${host}`;

/**
 * R8, first part: writable window, `update.command` as a remote job, window closed and verified, also when it failed.
 * By hand, whoever did it may have left it open: it is closed, unless their pacman still runs.
 * Facts: `{host, changes}`, the number of packages that are not as before.
 * @throws ApplicationFailure `CommandFailed` with the tail of the command's output; `VerificationFailed` when `root` is not
 *   what runs, the disk is full, somebody's pacman still runs, or the window could not be closed.
 */
export function updateLeader(deps: HostDependencies): LeaderActivities['updateLeader'] {
  const { site, remote, clock } = deps;
  return async ({ ref, host }) => {
    const config = await site();
    if (ref.byHand) await demandIdle(remote, host);
    if ((await closeWindow(remote, host, ref.byHand ? 10 : 0)) === 'held' && ref.byHand) {
      throw refuse('VerificationFailed', `/ on ${host} is still held open by somebody: end that, then done again`);
    }
    const look = await lookRoot(remote, config, host);
    demandRoot(host, look);
    if (look.free < LEAST_FREE_BYTES) {
      throw refuse('VerificationFailed', `${host} has ${look.free} bytes free: make room, then retry`);
    }
    const before = await rememberPackages(deps, ref.workflow, host);
    if (!ref.byHand) await jobInWindow(remote, host, ref, { name: 'update-leader', args: [config.update.command] });
    const after = await lookRoot(remote, config, host);
    if (!after.readOnly) {
      throw refuse(
        'VerificationFailed',
        `/ is still writable on ${host}: run btrfs property set -ts / ro true there, then retry`,
      );
    }
    const changes = changesOf({ [host]: before }, await listPackages(remote, host)).length;
    return {
      what: 'leader-updated',
      at: clock().toISOString(),
      summary: `${host}: ${changes} packages changed, / is read-only again`,
      facts: { host, changes },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  };
}

async function demandIdle(remote: HostDependencies['remote'], host: string): Promise<void> {
  const said = await remote.run(host, { name: 'package-manager', args: [] });
  if (said.trim() === 'idle') return;
  throw refuse('VerificationFailed', `pacman still runs on ${host}: let it end, then done again`);
}

/** The packages that this workflow found on a host before anything was changed there. */
export async function rememberPackages(
  { remote, store }: HostDependencies,
  workflow: string,
  host: string,
): Promise<Packages> {
  const key = packagesBefore(workflow, host);
  const known = await store.getNamed<Packages>(key);
  if (known !== null) return known;
  const before = await listPackages(remote, host);
  await store.putNamed(key, before);
  return before;
}

/** Every package of a host with its version. */
export async function listPackages(remote: HostDependencies['remote'], host: string): Promise<Packages> {
  return parsePackages(await remote.run(host, { name: 'packages', args: [] }));
}
