import { fieldsOf } from '../remote/names.ts';
import type { Remote } from '../remote/remote.ts';

/** A subvolume in a folder of backups: a backup `NAME`, or `NAME.nested/N`, which was nested in its source. */
export interface Subvolume {
  readonly path: string;
  readonly uuid: string;
  /** Received UUID if set, else the UUID: the same on every host that has it. */
  readonly identity: string;
  /** UUID of the subvolume that it is a snapshot of; null if it is not a snapshot. */
  readonly source: string | null;
  readonly readOnly: boolean;
  /** Transaction of its creation; a later one on the same file system is higher. */
  readonly generation: number;
  /** Unix time of its creation. */
  readonly created: number;
  /** Its copy without the paths that `btrfs send` refuses (`NAME.short/…`). It is sent in its place. */
  readonly short?: Subvolume;
}

/**
 * The subvolumes of a folder of backups on a host, by path (R4); changes nothing.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`
 */
export async function listSubvolumes(
  remote: Pick<Remote, 'run'>,
  host: string,
  toplevel: string,
  folder: string,
): Promise<readonly Subvolume[]> {
  const script = { name: 'list-backups', args: [toplevel, folder] };
  const fields = fieldsOf(await remote.run(host, script, { deadlineMs: 10 * 60_000 })).map(String);
  const listed: Subvolume[] = [];
  for (let at = 0; at + 7 <= fields.length; at += 7) {
    const [path = '', uuid = '', source = '', received = '', readOnly, generation, created] = fields.slice(at, at + 7);
    listed.push({
      path,
      uuid,
      identity: received || uuid,
      source: source || null,
      readOnly: readOnly === 'true',
      generation: Number(generation),
      created: Number(created),
    });
  }
  const isShort = ({ path }: Subvolume) => path.includes('.short/');
  const shorts = new Map(listed.filter(isShort).map((one) => [one.path, one]));
  return listed
    .filter((one) => !isShort(one))
    .map((one) => {
      const short = shorts.get(shortOf(one.path));
      return short?.readOnly === true && short.source === one.uuid ? { ...one, short } : one;
    });
}

/** Where the copy of a subvolume lies that has no path too long to send. Its last name is the same. */
export function shortOf(path: string): string {
  const [name = '', nested] = path.split('.nested/');
  return `${name}.short/${nested ?? name}`;
}

/** What the replica gets of a subvolume. */
export const sentOf = (one: Subvolume): Subvolume => one.short ?? one;

/** Whether it is the last snapshot that a wipe took before it deleted: `NAME.last`, or `NAME.last-2` of its next try. */
export const isLast = (path: string): boolean => LAST.test(path);
const LAST = /\.last(?:-\d+)?$/;

/** The name of the backup that a last snapshot belongs to; any other name stays as it is. */
export const backupOf = (path: string): string => path.replace(LAST, '');

/** The backup of this name, then its nested subvolumes; then the same of the last snapshots of its wipe. */
export const setOf = (all: readonly Subvolume[], name: string): readonly Subvolume[] => [
  ...partsOf(all, name),
  ...all.flatMap(({ path }) => (isLast(path) && backupOf(path) === name ? partsOf(all, path) : [])),
];

/** The backup of this name, followed by its nested subvolumes. */
export const partsOf = (all: readonly Subvolume[], name: string): readonly Subvolume[] =>
  all.filter(({ path }) => path === name || path.startsWith(`${name}.nested/`));

/** Whether `there` holds a whole replica of `one`: read-only, with the UUID of what is sent as Received UUID. */
export const isWhole = (there: readonly Subvolume[], one: Subvolume): boolean =>
  there.some(
    (copy) =>
      copy.path === one.path &&
      copy.readOnly &&
      (copy.identity === one.identity || copy.identity === one.short?.identity),
  );

/**
 * The newest snapshot of the same source as `one` that both sides have whole, so that only the changes since are sent.
 * Null if none exists: then everything is sent.
 */
export function commonParentOf(
  one: Subvolume,
  here: readonly Subvolume[],
  there: readonly Subvolume[],
): Subvolume | null {
  const known = new Set(there.filter(({ readOnly }) => readOnly).map(({ identity }) => identity));
  const shared = here.filter(
    (other) =>
      other.readOnly &&
      other.uuid !== one.uuid &&
      other.source !== null &&
      other.source === one.source &&
      other.generation <= one.generation &&
      (known.has(other.identity) || known.has(other.short?.identity ?? '')),
  );
  return shared.toSorted((a, b) => a.generation - b.generation).at(-1) ?? null;
}
