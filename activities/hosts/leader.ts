import { changesOf, parsePackages, type Packages } from '../../domain/packages.ts';
import { refuse } from '../failures.ts';
import type { UpdateActivities } from '../types.ts';
import { CLOSE_WINDOW, closeWindow, demandRoot, lookRoot } from './root.ts';
import type { UpdateDeps } from './update-deps.ts';

/** An update that fills the disk half-way leaves a host that cannot even say so. */
const LEAST_FREE_BYTES = 512 * 1024 * 1024;

/** Where the leader's packages before this workflow's update are kept: a second try must not forget them. */
export const packagesBefore = (workflow: string, host: string) => `packages-before/${workflow}/${host}`;

/**
 * R8, first part: writable window, `update.command` as a remote job, window closed and verified, also when it failed.
 * Facts: `{host, changes}`, the number of packages that are not as before.
 * @throws ApplicationFailure `CommandFailed` with the tail of the command's output; `VerificationFailed` when `root` is not
 *   what runs, the disk is full, or the window could not be closed.
 */
export function updateLeader({ site, remote, store, clock }: UpdateDeps): UpdateActivities['updateLeader'] {
  return async ({ ref, host }) => {
    const config = await site();
    await closeWindow(remote, host);
    const look = await lookRoot(remote, config, host);
    demandRoot(host, look);
    if (look.free < LEAST_FREE_BYTES) {
      throw refuse('VerificationFailed', `${host} has ${look.free} bytes free: make room, then retry`);
    }
    const key = packagesBefore(ref.workflow, host);
    let before = await store.getNamed<Packages>(key);
    if (before === null) {
      before = await listPackages(remote, host);
      await store.putNamed(key, before);
    }
    if (!ref.byHand) {
      const script = { name: 'update-leader', args: [config.update.command], stopPost: CLOSE_WINDOW };
      await remote.job(host, ref, script).catch(async (failure: unknown) => {
        await closeWindow(remote, host, 10).catch(() => undefined);
        throw failure;
      });
    }
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

/** Every package of a host with its version. */
export async function listPackages(remote: UpdateDeps['remote'], host: string): Promise<Packages> {
  return parsePackages(await remote.run(host, { name: 'packages', args: [] }));
}
