import type { Path } from './document.ts';
import type { Violation } from './issues.ts';

/** A violation for each value that occurred before; letter case is ignored. */
export function repeated(
  entries: readonly (readonly [path: Path, value: string | undefined])[],
  expected: string,
): readonly Violation[] {
  const first = new Map<string, Path>();
  return entries.flatMap(([path, value]) => {
    const folded = value?.toLowerCase();
    const see = folded === undefined ? undefined : first.get(folded);
    if (see !== undefined) return [{ path, expected, see }];
    if (folded !== undefined) first.set(folded, path);
    return [];
  });
}
