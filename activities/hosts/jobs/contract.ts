import type { Proof } from '../../../domain/proof.ts';

/** Remote jobs: the path of abort. */
export interface JobActivities {
  /** Closes windows that a dead worker left open on a host, stops this workflow's jobs. The path of abort. */
  tidyHost(a: { workflow: string; host: string }): Promise<Proof<'tidied'>>;
}
