import type { Site } from '../../domain/site.ts';
import type { Remote } from './remote.ts';

/** A read-only snapshot that can be an image's parent. */
export interface Snapshot {
  readonly name: string;
  /** Received UUID if set, else the UUID: the same on every host that has it. */
  readonly identity: string;
}

/** A host's read-only snapshots, oldest first (R8). */
export async function listSnapshots(remote: Remote, site: Site, host: string): Promise<readonly Snapshot[]> {
  const { toplevel, snapshots } = site.layout;
  const text = await remote.run(host, { name: 'list-snapshots', args: [toplevel, snapshots] });
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([, identity, , name]) => (identity && name ? [{ name, identity }] : []));
}

/**
 * The newest snapshot of the leader that every one of the others has as well, or null: then the image is a full one.
 * Nobody to compare with means a full image too.
 */
export function commonParent(
  leader: readonly Snapshot[],
  others: readonly (readonly Snapshot[])[],
  without: string,
): Snapshot | null {
  if (others.length === 0) return null;
  const known = others.map((list) => new Set(list.map(({ identity }) => identity)));
  const shared = leader.filter(({ name, identity }) => name !== without && known.every((set) => set.has(identity)));
  return shared.at(-1) ?? null;
}

/** `2027-02-12-gpu-update`, or with `-2`, `-3` … where the name is taken. */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  return name;
}
