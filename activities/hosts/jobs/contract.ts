import { needsNone, type AuthorityOf } from '../../../domain/authority.ts';
import type { Proof } from '../../../domain/proof.ts';

/** Remote jobs, on abort. */
export interface JobActivities {
  /** On abort: stops this workflow's jobs on a host and closes windows that a dead worker left open. */
  tidyHost(a: { workflow: string; host: string }): Promise<Proof<'tidied'>>;
}

/** The authority that each activity needs. */
export const jobAuthority = {
  tidyHost: needsNone('ends only jobs of the aborted workflow'),
} as const satisfies AuthorityOf<JobActivities>;
