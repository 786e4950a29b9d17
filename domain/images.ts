/** An image, as its manifest tells of it. */
export interface KnownImage {
  readonly name: string;
  /** Identity of its snapshot. */
  readonly uuid: string;
  readonly parent: { readonly uuid: string } | null;
}

/**
 * Which images may go: all but the newest `keep`, their parents, and `next`, the snapshot that the next image goes on top of.
 * `images`: the newest first.
 */
export function superfluous<T extends KnownImage>(
  images: readonly T[],
  keep: number,
  next: string | null,
): readonly T[] {
  const newest = images.slice(0, Math.max(keep, 1));
  const needed = new Set([...newest.flatMap(({ uuid, parent }) => [uuid, ...(parent ? [parent.uuid] : [])]), next]);
  return images.filter(({ uuid }) => !needed.has(uuid));
}

/**
 * What becomes of an image that a host is owed: `images` that are there, the newest first; `runs`: of the root that runs there.
 * One that runs already is owed still: whether that boot was confirmed, a swap and a reboot that find it done can tell.
 */
export function debtOf(
  images: readonly Pick<KnownImage, 'uuid'>[],
  { runs, owed }: { runs: string | null; owed: string },
): 'newer-runs' | 'owed' | 'gone' {
  if (runs === owed) return 'owed';
  const place = (wanted: string | null) => images.findIndex(({ uuid }) => uuid === wanted);
  const [runsAt, owedAt] = [place(runs), place(owed)];
  if (runsAt >= 0 && (owedAt < 0 || runsAt < owedAt)) return 'newer-runs';
  return owedAt < 0 ? 'gone' : 'owed';
}
