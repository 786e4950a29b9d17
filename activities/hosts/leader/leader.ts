import { changesOf, parsePackages, type Packages } from '../../../domain/packages.ts';
import { refuse } from '../../failures.ts';
import { closeWindow, demandRoot, lookRoot } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';
import { jobInWindow } from '../root/window.ts';
import type { LeaderActivities } from './contract.ts';

/** An update that fills the disk may leave a host that cannot even report that. */
const LEAST_FREE_BYTES = 512 * 1024 * 1024;

/** Key of the leader's packages before this workflow's update: a second try must not lose them. */
export const packagesBefore = (workflow: string, host: string) => `packages-before/${workflow}/${host}`;

/**
 * R8, first part: opens the window, runs `update.command` as a remote job, closes the window and verifies it, also
 * after a
 * failure. By hand: the person may have left the window open, so it is closed, unless pacman still runs.
 * Facts: `{host, changes}`; `changes` is the number of changed packages.
 * @throws ApplicationFailure `CommandFailed` with the tail of the command's output; `VerificationFailed` if `root` is
 *   not the
 *   running root, the disk is full, pacman still runs, or the window could not be closed
 */
export function updateLeader(deps: HostDependencies): LeaderActivities['updateLeader'] {
  const { site, remote, clock } = deps;
  return async ({ ref, host }) => {
    const config = await site();
    if (ref.byHand) await demandIdle(remote, host);
    if ((await closeWindow(remote, host, ref.byHand ? 10 : 0)) === 'held' && ref.byHand) {
      throw refuse('VerificationFailed', `another process still holds / on ${host} open: end it, then done again`);
    }
    const look = await lookRoot(remote, config, host);
    demandRoot(host, look);
    if (look.free < LEAST_FREE_BYTES) {
      throw refuse('VerificationFailed', `${host} has ${look.free} bytes free: free at least 512 MiB, then retry`);
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
  const output = await remote.run(host, { name: 'package-manager', args: [] });
  if (output.trim() === 'idle') return;
  throw refuse(
    'VerificationFailed',
    `pacman still runs on ${host}, or another program with its library: ${output.trim()}; wait for its end, then done again`,
  );
}

/** The packages of a host before this workflow changed anything there. */
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

/** All packages of a host with their versions. */
export async function listPackages(remote: Pick<HostDependencies['remote'], 'run'>, host: string): Promise<Packages> {
  return parsePackages(await remote.run(host, { name: 'packages', args: [], sudo: false }));
}
