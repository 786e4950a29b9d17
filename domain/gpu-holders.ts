/** Who holds a GPU without running on it: told from samples, each of one second (R9). */

/** A process on a GPU, as one look shows it. */
export interface SampledUse {
  readonly gpu: string;
  readonly pid: number;
  readonly user: string;
  readonly memoryMiB: number;
  /** Share of the GPU in the last second, in percent; null where the driver does not say. */
  readonly utilisation: number | null;
  /** When the process started, UTC: a process id alone is used again. */
  readonly since: string;
  /** Its command line, at most 300 bytes. */
  readonly command: string;
}

export interface Holder extends SampledUse {
  /** The first sample of an unbroken row in which it did nothing, UTC; null where it ran in the last one. */
  readonly idleSince: string | null;
  /** How many samples that row has. */
  readonly idleSamples: number;
}

/** All processes of a host that held a GPU at the last sample. */
export interface Holders {
  /** The last sample, UTC. */
  readonly at: string;
  readonly holders: readonly Holder[];
}

/** A second or two of rounding: the start is computed from an age. */
const SAME_START_MS = 5_000;

const isSame = (a: SampledUse, b: SampledUse) =>
  a.pid === b.pid && a.user === b.user && Math.abs(Date.parse(a.since) - Date.parse(b.since)) <= SAME_START_MS;

/**
 * What the holders are after one more sample. A gap of more than `gapMs` since the last one says nothing of what happened
 * in it: rows begin anew.
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

/** Who has done nothing on a GPU for `leastMs`, by the samples so far. */
export const idleFor = ({ holders, at }: Holders, leastMs: number): readonly Holder[] =>
  holders.filter(({ idleSince }) => idleSince !== null && Date.parse(at) - Date.parse(idleSince) >= leastMs);
