import type { UpdateActivities } from '../types.ts';
import { PRIVATE_PATHS } from './private.ts';
import { refuse } from '../failures.ts';
import { closeWindow, keyValues, lookRoot } from './root.ts';
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

/**
 * R8 on a follower: the image's root, with what is private to this host, becomes `root` and the default; what runs becomes
 * `old-root`. Facts: `{host, bootId}`; the boot that a reboot must end.
 * @throws ApplicationFailure `CommandFailed` when `root` is not what runs or old-root cannot be deleted; `VerificationFailed`
 */
export function swapRoot({ site, remote, clock }: UpdateDeps): UpdateActivities['swapRoot'] {
  return async ({ ref, host, image }) => {
    const config = await site();
    const { toplevel, snapshots } = config.layout;
    const { name, snapshotUuid } = image.facts;
    if (!ref.byHand) {
      await closeWindow(remote, host);
      const args = [toplevel, snapshots, name, snapshotUuid, ...PRIVATE_PATHS];
      // A new round looks again: what it did before a crash is recognised by what lies on the disk.
      await remote.job(host, ref, { name: 'swap-root', args });
    }
    const marker = await remote.run(host, { name: 'read-marker', args: [toplevel] });
    const next = keyValues(marker);
    const look = await lookRoot(remote, config, host);
    if (look.default !== 'root' || next['image_uuid'] !== snapshotUuid) {
      throw refuse(
        'VerificationFailed',
        `${host} would boot "${look.default}" of image ${next['image'] ?? 'unknown'}, not root of ${name}: ` +
          `look at btrfs subvolume get-default / and ${toplevel}/root/etc/semester-image there`,
      );
    }
    return {
      what: 'root-swapped',
      at: clock().toISOString(),
      summary: `${host} boots root of ${name} next; what runs is kept as ${look.running}`,
      facts: { host, bootId: look.bootId },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  };
}
