import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R7: subordinate ids for rootless Docker. */
export interface DockerActivities {
  /**
   * R7. Settles one subuid/subgid range for each user, the same on every host: the one they have anywhere, else one that is free
   * on all hosts that answer. Differing ones are named in `summary`, never renumbered. Facts: `{accounts, differing, down}`.
   */
  agreeDockerRanges(a: { users: readonly string[] }): Promise<Proof<'docker-ranges'>>;
  /**
   * R7. That range for each user who has none, in a writable window that is closed whatever happens.
   * Facts: `{host, granted, already, unknown, taken}`; names that are unknown, or whose range others have, are in `summary`.
   */
  grantDocker(a: { ref: StepRef; host: string; users: readonly string[] }): Promise<Proof<'docker-granted'>>;
}
