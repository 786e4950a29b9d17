import { needsNone, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { Language } from '../../../domain/names.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R2, R8 on the leader: its update before it is imaged. */
export interface LeaderActivities {
  /**
   * Opens the window, runs `update.command` as a remote job, closes the window and verifies it. By hand: only inspects.
   * Facts: `{host, changes}`.
   */
  updateLeader(a: { ref: StepRef; host: string }): Promise<Proof<'leader-updated'>>;
  /**
   * The instructions of gate `leader-work`: host, account, how to open and close the window, what to run. Records the
   * packages with which `updateLeader` of the same workflow compares.
   */
  leaderInstructions(a: { ref: StepRef; host: string }): Promise<string>;
  /** The instructions of gate `reinstall`. */
  reinstallInstructions(a: { host: string; language: Language | null }): Promise<string>;
}

/** The authority that each activity needs. */
export const leaderAuthority = {
  updateLeader: needsNone('changes only the leader; gate rollout decides on all other hosts'),
  leaderInstructions: reads,
  reinstallInstructions: reads,
} as const satisfies AuthorityOf<LeaderActivities>;
