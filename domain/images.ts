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
export function unneededImages<T extends KnownImage>(
  images: readonly T[],
  keep: number,
  next: string | null,
): readonly T[] {
  const newest = images.slice(0, Math.max(keep, 1));
  const needed = new Set([...newest.flatMap(({ uuid, parent }) => [uuid, ...(parent ? [parent.uuid] : [])]), next]);
  return images.filter(({ uuid }) => !needed.has(uuid));
}

/**
 * What becomes of an image that a host is deferred: `images` that are there, the newest first; `runs`: of the root that runs there.
 * One that runs already is deferred still: whether that boot was confirmed, a swap and a reboot that find it done can tell.
 */
export function deferredImageState(
  images: readonly Pick<KnownImage, 'uuid'>[],
  { runs, deferred }: { runs: string | null; deferred: string },
): 'newer-runs' | 'deferred' | 'gone' {
  if (runs === deferred) return 'deferred';
  const place = (wanted: string | null) => images.findIndex(({ uuid }) => uuid === wanted);
  const [runsAt, deferredAt] = [place(runs), place(deferred)];
  if (runsAt >= 0 && (deferredAt < 0 || runsAt < deferredAt)) return 'newer-runs';
  return deferredAt < 0 ? 'gone' : 'deferred';
}
