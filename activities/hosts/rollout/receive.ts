import { refuse } from '../../failures.ts';
import { readManifest, type Manifest } from '../image/manifest.ts';
import { listSnapshots, type Snapshot } from '../image/snapshots.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RolloutActivities } from './contract.ts';

/**
 * R8 on a follower: waits until the image file is whole there, deletes a partial receive, keeps a whole one, receives;
 * heartbeats the bytes. Facts: `{host, image}`.
 * @throws ApplicationFailure `ParentMissing` before it receives anything; `CommandFailed` with the output of `btrfs
 *   receive`;
 *   `VerificationFailed`
 */
export function receiveImage({ site, remote, clock }: HostDependencies): RolloutActivities['receiveImage'] {
  return async ({ ref, host, image }) => {
    const config = await site();
    const { toplevel, snapshots } = config.layout;
    const { name, path, parent, snapshotUuid, sha256, bytes } = image.facts;
    const isIt = (one: Snapshot) => one.name === name && one.identity === snapshotUuid;
    const [before, manifest] = await Promise.all([
      listSnapshots(remote, config, host),
      parent === null || ref.byHand ? null : readManifest(remote, config, host, path),
    ]);
    const found = before.some(isIt);
    if (!found && !ref.byHand) {
      if (manifest !== null) demandParent(before, host, manifest);
      const args = [toplevel, snapshots, name, snapshotUuid, path, sha256, String(bytes), config.ssh.user];
      await remote.job(host, ref, { name: 'receive-image', args });
    }
    if (!found && !(await listSnapshots(remote, config, host)).some(isIt)) {
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

/** btrfs finds the parent by its UUID, under any name. */
function demandParent(there: readonly Snapshot[], host: string, { name, parent }: Manifest): void {
  if (parent === null || there.some(({ identity }) => identity === parent.uuid)) return;
  throw refuse(
    'ParentMissing',
    `${host} has no snapshot ${parent.name} (${parent.uuid}), which is the parent of ${name}: receive the full image`,
  );
}
