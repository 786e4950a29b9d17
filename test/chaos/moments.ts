import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from './roll.ts';

/** Kills the worker so many seconds after the beginning, at each of these; those after the end are left out. */
export const atMoments =
  (seconds: readonly number[]): NonNullable<Disturbance['beside']> =>
  async (_stage, kill, over) => {
    const began = performance.now();
    for (const moment of seconds.toSorted((a, b) => a - b)) {
      const left = moment * 1000 - (performance.now() - began);
      await sleep(Math.max(0, left), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      await kill();
    }
  };
