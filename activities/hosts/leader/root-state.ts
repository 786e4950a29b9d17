import { STATE_KINDS, type RootState, type StateKind } from '../../../domain/differences.ts';
import { encodeName, fieldsOf } from '../remote/names.ts';
import type { Remote } from '../remote/remote.ts';

const encodePath = (path: Buffer) =>
  path
    .toString('latin1')
    .split('/')
    .map((part) => encodeName(Buffer.from(part, 'latin1')))
    .join('/');

/**
 * The contents of a host's root besides packages (R8). `leaveOut`: globs below `/` of its own or self-changing files.
 */
export async function lookRootState(remote: Remote, host: string, leaveOut: readonly string[]): Promise<RootState> {
  const script = { name: 'root-state', args: leaveOut };
  return parseRootState(await remote.run(host, script, { deadlineMs: 300_000 }));
}

/** Parses the output of `root-state.sh`. */
export function parseRootState(base64: string): RootState {
  const entries = Object.fromEntries(STATE_KINDS.map((kind) => [kind, new Map<string, string>()])) as Record<
    StateKind,
    Map<string, string>
  >;
  const owners = new Map<string, string>();
  const modified = new Set<string>();
  const fields = fieldsOf(base64);
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [kind, name, value] = [String(fields[at]), encodePath(fields[at + 1]!), String(fields[at + 2])];
    if (kind === 'owner') owners.set(name, value);
    else if (kind === 'modified') modified.add(name);
    else entries[kind as StateKind]?.set(name, value);
  }
  return { entries, owners, modified };
}
