import { needsNone, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R7: subordinate ids for rootless Docker. */
export interface DockerActivities {
  /**
   * R7. Agrees on one subuid/subgid range per user, equal on all hosts: the user's existing range, else one that is
   * free on all hosts that answer. `summary` names differing ranges, which are never renumbered. Facts: `{accounts,
   * differing, down}`.
   */
  agreeDockerRanges(a: { users: readonly string[] }): Promise<Proof<'docker-ranges'>>;
  /**
   * R7. Gives that range to each user without one, in a writable window that is closed in every case. If the host does
   * not know a user, it runs `accounts.sync` first. `unknown`: the users that it does not know even then; with
   * `awaitUntil` it fails until that instant and is tried again, after all others have their range.
   * Facts: `{host, granted, already, unknown, taken}`; `summary` holds names that are unknown or whose range is taken.
   */
  grantDocker(a: {
    ref: StepRef;
    host: string;
    users: readonly string[];
    awaitUntil?: string;
  }): Promise<Proof<'docker-granted'> & { readonly unknown: readonly string[] }>;
}

/** The authority that each activity needs. */
export const dockerAuthority = {
  agreeDockerRanges: reads,
  grantDocker: needsNone('adds ranges for accepted users, and changes no other user'),
} as const satisfies AuthorityOf<DockerActivities>;
