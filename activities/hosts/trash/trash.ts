import type { TrashedData } from '../../../domain/gates/restore-docker.ts';
import type { StepRef } from '../../../domain/step.ts';
import { encodeName, fieldsOf, zeroEnded } from '../remote/names.ts';
import type { Remote } from '../remote/remote.ts';

/** The trash of one directory of a host. */
export interface Trash {
  readonly directory: string;
  /** `none`; `ours`; `foreign`: a user made a folder or a link under its name. */
  readonly state: string;
  /** Free bytes and size of its file system. */
  readonly free: number;
  readonly size: number;
  /** Bytes in the trash; null if not measured. */
  readonly bytes: number | null;
  /** The host's time, Unix seconds. */
  readonly now: number;
  readonly entries: readonly Trashed[];
}

/** An entry of a trash. */
export interface Trashed {
  readonly id: string;
  /** `moving`: the wipe was cut off before the rename. `unreadable`: its record is missing or damaged. */
  readonly state: 'kept' | 'moving' | 'deleting' | 'unreadable';
  readonly semester: string;
  /** Digest of the approved plan. */
  readonly plan: string;
  /** Percent-encoded, as it was in the directory. */
  readonly name: string;
  readonly owner: string;
  readonly object: string;
  readonly born: string;
  /** Time of the move and end of its time, Unix seconds. */
  readonly since: number;
  readonly until: number;
  /** Whether something has its name again. */
  readonly taken: boolean;
}

/** Lists the trash of directories; with mode `sizes`, measures each for at most 30 s. Leaves out missing directories. */
export async function listTrash(
  remote: Pick<Remote, 'run'>,
  host: string,
  directories: readonly string[],
  { mode = 'names', signal }: { readonly mode?: 'names' | 'sizes'; readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Trash[]> {
  const fields = fieldsOf(
    await remote.run(host, { name: 'list-trash', args: [mode, ...directories] }, { deadlineMs: 5 * 60_000, signal }),
  );
  const all: Trash[] = [];
  for (let at = 0; at < fields.length;) {
    const [directory, state, free, size, bytes, now] = fields.slice(at, at + 6).map(String);
    const entries: Trashed[] = [];
    for (at += 6; (fields[at]?.length ?? 0) > 0; at += 11) {
      const [id, entry, semester, plan, , owner, object, born, since, until, taken] = fields
        .slice(at, at + 11)
        .map(String);
      entries.push({
        id: id ?? '',
        state: entry as Trashed['state'],
        semester: semester ?? '',
        plan: plan ?? '',
        name: encodeName(fields[at + 4] ?? Buffer.alloc(0)),
        owner: owner ?? '',
        object: object ?? '',
        born: born ?? '',
        since: Number(since),
        until: Number(until),
        taken: taken === 'taken',
      });
    }
    at += 1;
    all.push({
      directory: directory ?? '',
      state: state ?? '',
      free: Number(free),
      size: Number(size),
      bytes: bytes ? Number(bytes) : null,
      now: Number(now),
      entries: entries.toSorted((a, b) => a.since - b.since || (a.name < b.name ? -1 : 1)),
    });
  }
  return all;
}

/** Moves entries of one directory back to their place. Returns the script's lines on those that stay in the trash. */
export async function putBack(
  remote: Pick<Remote, 'job'>,
  host: string,
  ref: StepRef,
  directory: string,
  entries: readonly Pick<TrashedData, 'id' | 'name'>[],
): Promise<readonly string[]> {
  const input = zeroEnded(entries.flatMap(({ id, name }) => [id, name]));
  const { tail } = await remote.job(host, ref, { name: 'put-back', args: [directory, String(entries.length)], input });
  return tail.split('\n').filter((line) => line.startsWith('left: '));
}
