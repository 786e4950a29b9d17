import type { Proof } from '../../../domain/proof.ts';
import { needsNone, type AuthorityOf } from '../../../domain/authority.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R4: the copy of a backup on another machine. */
export interface ReplicaActivities {
  /**
   * R4, the group's policy: sends the backup to the site's `replica`, by btrfs send and receive. Fails with
   * `ConfigInvalid` without one.
   */
  replicateBackup(a: { ref: StepRef; backup: Proof<'backup'> }): Promise<Proof<'replica'>>;
}

/** The authority that each activity needs. */
export const replicaAuthority = {
  replicateBackup: needsNone('adds a copy'),
} as const satisfies AuthorityOf<ReplicaActivities>;
