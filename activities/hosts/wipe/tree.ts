import type { WipeEntry } from '../../../domain/gates/wipe.ts';
import { encodeName, fieldsOf, zeroEnded } from '../remote/names.ts';
import type { Remote } from '../remote/remote.ts';

/** The entries of /csehome or /local/.docker. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  /** Mount points below it, percent-encoded. */
  readonly mounts: readonly string[];
  /** Free bytes on its file system. */
  readonly free: number;
  /** The entries in which files of the accounts that were asked for lie, at any depth. */
  readonly inside: readonly Inside[];
}

interface Inside {
  /** Of the entry, percent-encoded. */
  readonly name: string;
  readonly uid: number;
  readonly files: number;
}

export interface TreeEntry extends WipeEntry {
  readonly bytes: number;
  /** Number of files and directories, including the entry itself. */
  readonly files: number;
  /** Newest change below it, Unix seconds. */
  readonly newest: number;
}

/** Counting the files of a full disk takes long. It does not block other work. */
const SIZES_MS = 4 * 60 * 60_000;

/**
 * Lists `dir` on a host; with `sizes`, walks all of it, and counts the files of `uids` in each entry.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`
 */
export async function listTree(
  remote: Remote,
  host: string,
  dir: string,
  mode: 'names' | 'sizes',
  uids: readonly number[] = [],
): Promise<Tree> {
  const deadlineMs = mode === 'sizes' ? SIZES_MS : 60_000;
  const fields = fieldsOf(
    await remote.run(host, { name: 'list-tree', args: [mode, dir, ...uids.map(String)] }, { deadlineMs }),
  );
  const entries: TreeEntry[] = [];
  let at = 0;
  for (; (fields[at]?.length ?? 0) > 0; at += 8) {
    const [name, uid, owner, object, born, bytes, newest, files] = fields.slice(at, at + 8);
    entries.push({
      name: encodeName(name ?? Buffer.alloc(0)),
      uid: Number(uid),
      owner: String(owner),
      object: String(object),
      born: String(born),
      bytes: Number(bytes),
      newest: Number(newest),
      files: Number(files),
    });
  }
  const mounts: string[] = [];
  for (at += 1; (fields[at]?.length ?? 0) > 0; at += 1)
    mounts.push(encodeName(fields[at] ?? Buffer.alloc(0)).replaceAll('%2F', '/'));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const free = Number(fields[at + 1] ?? 0);
  const inside: Inside[] = [];
  for (at += 2; at + 3 <= fields.length; at += 3) {
    const [name, uid, files] = fields.slice(at, at + 3);
    inside.push({ name: encodeName(name ?? Buffer.alloc(0)), uid: Number(uid), files: Number(files) });
  }
  return { entries, mounts, free, inside };
}

/** The part of an entry that people approve. */
export const bound = ({ name, owner, uid, object, born }: WipeEntry): WipeEntry => ({ name, owner, uid, object, born });

/** Approved entries as `wipe.sh` reads them. */
export const inputOf = (entries: readonly WipeEntry[]): Buffer =>
  zeroEnded(entries.flatMap(({ name, uid, object, born }) => [name, String(uid), object, born]));
