/** An image, by its manifest. */
export interface KnownImage {
  readonly name: string;
  /** UUID of its snapshot. */
  readonly uuid: string;
  readonly parent: { readonly uuid: string } | null;
}

/**
 * The images that may be deleted: all but the newest `keep`, their parents, and `next`, the parent of the next image.
 * `images` must be sorted newest first.
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
 * The state of a deferred image. `images`: the existing ones, newest first; `runs`: the image of the host's running
 * root. An image that already runs stays deferred: only the swap and reboot steps can tell whether its boot was
 * confirmed.
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
