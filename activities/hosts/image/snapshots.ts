import type { Site } from '../../../domain/site.ts';
import type { Remote } from '../remote/remote.ts';

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

/** The parent of an image, and the hosts that lack it and get a full image. */
export interface ParentChoice {
  readonly parent: Snapshot | null;
  /** Host names; empty for a full image. */
  readonly lacking: readonly string[];
}

/**
 * Chooses the newest of the leader's snapshots that most of the other hosts have; null if no other host has one of
 * them. One host that lacks them all does not make the image full for all.
 */
export function chooseParent(
  leader: readonly Snapshot[],
  others: Readonly<Record<string, readonly Snapshot[]>>,
  without: string,
): ParentChoice {
  const known = Object.entries(others).map(([host, list]) => ({ host, has: new Set(list.map((one) => one.identity)) }));
  let best: ParentChoice & { readonly count: number } = { parent: null, lacking: [], count: 0 };
  for (const parent of leader.toReversed().filter(({ name }) => name !== without)) {
    const lacking = known.filter(({ has }) => !has.has(parent.identity)).map(({ host }) => host);
    const count = known.length - lacking.length;
    if (count > best.count) best = { parent, lacking, count };
  }
  return { parent: best.parent, lacking: best.lacking };
}

/** `2027-02-12-gpu-update`, or with `-2`, `-3` … if the name is taken. */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  return name;
}
