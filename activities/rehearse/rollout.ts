import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { lookRoot } from '../hosts/root/root.ts';
import { chooseParent, listSnapshots } from '../hosts/image/snapshots.ts';

/** Describes the roll-out before the leader is updated (R8): order, parent of the image, image of each host. */
export async function rolloutOutlook(site: Site, semester: Semester, remote: Remote): Promise<readonly string[]> {
  const leader = semester.leader ?? site.update.leader;
  const followers = site.hosts.map(({ name }) => name).filter((name) => name !== leader);
  const hosts = await Promise.all(
    [leader, ...followers].map(async (name) => {
      try {
        const [root, snapshots] = await Promise.all([lookRoot(remote, site, name), listSnapshots(remote, site, name)]);
        const runs = root.image === null ? 'no image of ours' : `image ${root.image}`;
        const odd = root.running === 'root' ? '' : `, and runs "${root.running}" instead of root: fix that first`;
        return { name, snapshots, line: `${name}: ${runs}${odd}` };
      } catch (error) {
        return { name, snapshots: null, line: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  const [first, ...rest] = hosts;
  const others = rest.flatMap(({ name, snapshots }) => (snapshots ? [[name, snapshots] as const] : []));
  const { parent, lacking } = chooseParent(first?.snapshots ?? [], Object.fromEntries(others), '');
  const command = site.update.mode === 'by-hand' ? 'is updated by hand' : `runs: ${site.update.command}`;
  const work = semester.mode === 'reinstall' ? 'is reinstalled by hand' : command;
  return [
    'It cannot be planned before the image exists, because the changed packages and files are not known yet.',
    `${leader} ${work}; then its image goes to ${followers[0] ?? 'no host'} first, then to ${followers.slice(1).join(', ') || 'no other host'}.`,
    others.length === 0
      ? 'No other host answers: whether the image can be incremental is not known.'
      : parent === null
        ? 'No host that answers has a snapshot of the leader: the image will be a full one.'
        : `The image will be incremental to ${parent.name}, which ${lacking.length === 0 ? 'every host that answers has' : `${lacking.join(', ')} cannot use: a full image is made as well`}.`,
    ...hosts.map(({ line }) => line),
  ];
}
