import type { Proof } from '../../../domain/proof.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R4: the copy of a backup on another machine. */
export interface ReplicaActivities {
  /** R4, the group's policy: the backup on the site's `replica` as well, by btrfs send and receive. Fails `ConfigInvalid` without one. */
  replicateBackup(a: { ref: StepRef; backup: Proof<'backup'> }): Promise<Proof<'replica'>>;
}
