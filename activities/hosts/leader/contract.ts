import type { Language } from '../../../domain/names.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R2, R8 on the leader: what is updated before it is imaged. */
export interface LeaderActivities {
  /** Window open, `update.command` as a remote job, window closed and verified. By hand: looks only. Facts: `{host, changes}`. */
  updateLeader(a: { ref: StepRef; host: string }): Promise<Proof<'leader-updated'>>;
  /**
   * What gate `leader-work` tells a person: host, account, how to open and close the window, what to run. Remembers the packages
   * that `updateLeader` of the same workflow compares with.
   */
  leaderInstructions(a: { ref: StepRef; host: string }): Promise<string>;
  /** What the reinstall gate tells a person to do. */
  reinstallInstructions(a: { host: string; language: Language | null }): Promise<string>;
}
