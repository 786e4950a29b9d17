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
