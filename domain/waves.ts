/** An entry of `update.waves` in site.yaml: a number of hosts, or a share of the fleet such as `50%`. */
export type WaveSize = number | string;

/**
 * Splits `hosts` into waves, in order, each host once. A number is the size of its wave. A percentage is the share of
 * `total` that has the image after its wave, rounded up; it counts the `total - hosts.length` hosts that already have
 * the image. Empty waves are omitted. The last number repeats until no host is left. Hosts that percentages leave over
 * form one more wave: no host is left out silently.
 * @param total all followers, the canary included
 */
export function wavesOf(
  hosts: readonly string[],
  total: number,
  sizes: readonly WaveSize[],
): readonly (readonly string[])[] {
  const waves: (readonly string[])[] = [];
  let next = 0;
  for (let index = 0; next < hosts.length; index++) {
    const last = sizes.at(-1);
    const size = sizes[index] ?? (typeof last === 'number' ? last : '100%');
    const had = total - hosts.length + next;
    const until = typeof size === 'number' ? had + size : Math.ceil((Number.parseInt(size, 10) * total) / 100);
    const wave = hosts.slice(next, next + until - had);
    if (until > had) waves.push(wave);
    next += Math.max(0, until - had);
  }
  return waves;
}

/**
 * The follower that boots into an image before the roll-out gate opens: `update.canary`, else the first; null: none.
 */
export function canaryOf(followers: readonly string[], canary: string | false | undefined): string | null {
  if (canary === false) return null;
  return followers.find((host) => host === canary) ?? followers[0] ?? null;
}
