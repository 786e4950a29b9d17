import { unneededImages } from '../../../domain/images.ts';
import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import type { Remote } from '../remote/remote.ts';
import { chooseParent, listSnapshots } from './snapshots.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { ImageActivities } from './contract.ts';

/** All images in `layout.images` with a manifest, newest first. */
export async function listImages(remote: Remote, site: Site, host: string): Promise<readonly Manifest[]> {
  const text = await remote.run(host, { name: 'list-images', args: [site.layout.images, site.ssh.user] });
  return text.split('\n').flatMap((line) => {
    const manifest = parseManifest(Buffer.from(line.split(' ')[1] ?? '', 'base64').toString());
    return manifest ? [manifest] : [];
  });
}

/**
 * Deletes images and their snapshots on every host that answers. Keeps the newest `update.keepImages`, and the parents
 * of these and of the next image (R8). Facts: `{deleted, kept}`.
 * @throws ApplicationFailure `CommandFailed`; `VerificationFailed` if one still exists
 */
export function pruneImages({ site, remote, clock }: HostDependencies): ImageActivities['pruneImages'] {
  return async ({ ref, leader }) => {
    const config = await site();
    const { toplevel, snapshots, images: folder } = config.layout;
    const others = config.hosts.map(({ name }) => name).filter((name) => name !== leader);
    const look = async (host: string) =>
      (await remote.reachable(host))
        ? { host, up: true, list: await listSnapshots(remote, config, host) }
        : { host, up: false, list: [] };
    const [own, images, ...answers] = await Promise.all([
      listSnapshots(remote, config, leader),
      listImages(remote, config, leader),
      ...others.map(look),
    ]);
    const there = answers.filter(({ up }) => up);
    const answering = there.map(({ host }) => host);
    const { parent } = chooseParent(own, Object.fromEntries(there.map(({ host, list }) => [host, list])), '');
    const old = unneededImages(images, config.update.keepImages, parent?.identity ?? null);
    if (old.length > 0 && !ref.byHand) {
      const named = old.flatMap(({ name, uuid }) => [name, uuid]);
      const prune = (host: string, where: string) =>
        remote.job(host, ref, {
          name: 'prune-images',
          args: [toplevel, snapshots, where, config.ssh.user, ...named],
        });
      await Promise.all(answering.map((host) => prune(host, '')));
      await prune(leader, folder);
    }
    const left = old.length === 0 ? images : await listImages(remote, config, leader);
    const still = old.filter(({ uuid }) => left.some((one) => one.uuid === uuid)).map(({ name }) => name);
    if (still.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${still.join(', ')} in ${folder} could not be deleted: delete it, then retry`,
      );
    }
    const silent = answers.filter(({ up }) => !up).map(({ host }) => host);
    return {
      what: 'images-pruned',
      at: clock().toISOString(),
      summary:
        `${old.length === 0 ? 'no image was old enough' : `deleted ${old.map(({ name }) => name).join(', ')}`}; ${left.length} kept` +
        (silent.length > 0 ? `; not reached: ${silent.join(', ')}` : ''),
      facts: { deleted: old.length, kept: left.length },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  };
}
