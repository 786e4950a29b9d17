/** `update.waves` of site.yaml: how many hosts, or `50%`: up to which share of the whole fleet. */
export type WaveSize = number | string;

/**
 * Who is updated together, in order: the hosts as they come, each once. A number is the size of its wave; a percentage is
 * the share of `total` that has the image after its wave, counting the `total - hosts.length` that have it already, and
 * rounded up; a wave that this leaves empty is left out. The last number goes on until everybody has had a turn; what
 * percentages leave over is one more wave, since nobody is to be left out silently.
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

/** The follower that boots into an image before people are asked about the rest: `update.canary`, else the first one. */
export function canaryOf(followers: readonly string[], canary: string | false | undefined): string | null {
  if (canary === false) return null;
  return followers.find((host) => host === canary) ?? followers[0] ?? null;
}
