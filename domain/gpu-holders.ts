/** Finds processes that hold a GPU without using it, from samples of one second each (R9). */

/** A process on a GPU in one sample. */
export interface SampledUse {
  readonly gpu: string;
  readonly pid: number;
  readonly user: string;
  readonly memoryMiB: number;
  /** Share of the GPU in the last second, in percent; null if the driver does not report it. */
  readonly utilisation: number | null;
  /** When the process started, UTC. Needed because process ids are reused. */
  readonly since: string;
  /** Its command line, at most 300 bytes. */
  readonly command: string;
}

export interface Holder extends SampledUse {
  /** Time of the first of its latest consecutive idle samples, UTC; null if it was busy in the last sample. */
  readonly idleSince: string | null;
  /** Number of these idle samples. */
  readonly idleSamples: number;
}

/** All processes of a host that held a GPU in the last sample. */
export interface Holders {
  /** The last sample, UTC. */
  readonly at: string;
  readonly holders: readonly Holder[];
}

/** Tolerance for rounding: the start is computed from an age. */
const SAME_START_MS = 5_000;

const isSame = (a: SampledUse, b: SampledUse) =>
  a.pid === b.pid && a.user === b.user && Math.abs(Date.parse(a.since) - Date.parse(b.since)) <= SAME_START_MS;

/**
 * Adds a sample and returns the new holders. After a gap of more than `gapMs`, idle counts restart, because the
 * activity during the gap is unknown.
 */
export function observe(before: Holders | null, uses: readonly SampledUse[], at: string, gapMs: number): Holders {
  const goesOn = before !== null && Date.parse(at) - Date.parse(before.at) <= gapMs;
  const known = goesOn ? before.holders : [];
  return {
    at,
    holders: uses.map((use) => {
      // Unknown is not idle.
      if (use.utilisation !== 0) return { ...use, idleSince: null, idleSamples: 0 };
      const last = known.find((one) => isSame(one, use));
      return { ...use, idleSince: last?.idleSince ?? at, idleSamples: (last?.idleSamples ?? 0) + 1 };
    }),
  };
}

/** The holders that have been idle for at least `leastMs`. */
export const idleFor = ({ holders, at }: Holders, leastMs: number): readonly Holder[] =>
  holders.filter(({ idleSince }) => idleSince !== null && Date.parse(at) - Date.parse(idleSince) >= leastMs);
