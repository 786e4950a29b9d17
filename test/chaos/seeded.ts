/** Pseudo-random numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every so manieth, so that each part is spread over the whole: `dealt([1, 2, 3, 4], 2)` is `[[1, 3], [2, 4]]`. */
export const dealt = <T>(all: readonly T[], parts: number): readonly (readonly T[])[] =>
  Array.from({ length: parts }, (_, part) => all.filter((__, at) => at % parts === part));

/** So many of them, in their order; all if there are fewer. */
export function drawn<T>(all: readonly T[], count: number, random: () => number): readonly T[] {
  const lots = all.map((one, at) => ({ one, at, lot: random() }));
  const chosen = lots.toSorted((a, b) => a.lot - b.lot).slice(0, count);
  return chosen.toSorted((a, b) => a.at - b.at).map(({ one }) => one);
}
