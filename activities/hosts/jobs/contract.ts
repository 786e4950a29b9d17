import { needsNone, type AuthorityOf } from '../../../domain/authority.ts';
import type { Proof } from '../../../domain/proof.ts';

/** Remote jobs: the path of abort. */
export interface JobActivities {
  /** Closes windows that a dead worker left open on a host, stops this workflow's jobs. The path of abort. */
  tidyHost(a: { workflow: string; host: string }): Promise<Proof<'tidied'>>;
}

/** By what right each of them acts. */
export const jobAuthority = {
  tidyHost: needsNone('ends only jobs of the workflow that is aborted'),
} as const satisfies AuthorityOf<JobActivities>;
