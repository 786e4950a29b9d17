import type { UpdateActivities } from '../types.ts';
import { refuse } from '../failures.ts';
import { listSnapshots } from './snapshots.ts';
import type { UpdateDeps } from './update-deps.ts';

/**
 * R8 on a follower: waits until the image is whole there, deletes a partial receive, keeps a good one, receives.
 * Facts: `{host, image}`.
 * @throws ApplicationFailure `CommandFailed` with what `btrfs receive` said; `VerificationFailed`
 */
export function receiveImage({ site, remote, clock }: UpdateDeps): UpdateActivities['receiveImage'] {
  return async ({ ref, host, image }) => {
    const config = await site();
    const { toplevel, snapshots, images } = config.layout;
    const { name, snapshotUuid, sha256, bytes } = image.facts;
    const present = async () =>
      (await listSnapshots(remote, config, host)).some((one) => one.name === name && one.identity === snapshotUuid);
    const found = await present();
    if (!found && !ref.byHand) {
      const args = [toplevel, snapshots, name, snapshotUuid, images, sha256, String(bytes), config.ssh.user];
      await remote.job(host, ref, { name: 'receive-image', args });
    }
    if (!found && !(await present())) {
      throw refuse(
        'VerificationFailed',
        `${toplevel}/${snapshots}/${name} on ${host} is not a read-only snapshot with Received UUID ${snapshotUuid}: ` +
          'delete it and retry',
      );
    }
    return {
      what: 'image-received',
      at: clock().toISOString(),
      summary: `${host} has ${name}, read-only, Received UUID ${snapshotUuid}`,
      facts: { host, image: name },
      how: ref.byHand ? 'by-hand' : found ? 'found' : 'service',
    };
  };
}
