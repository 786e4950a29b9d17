import { needsNone, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { OpenWindow } from '../../../domain/window.ts';
import type { Proof } from '../../../domain/proof.ts';

/** R8 between semesters: when hosts may reboot, and the warnings. */
export interface MaintenanceActivities {
  /**
   * The next time when hosts may reboot, by `update.between.window`. `announced`: not before the promised notice period
   * has passed.
   */
  findWindow(a: { after: string; announced: boolean }): Promise<OpenWindow>;
  /**
   * For gate `rollout`: when hosts reboot and how many people get the notice, one line each, in the site's language.
   */
  describeDisturbance(a: { hosts: readonly string[]; after: string }): Promise<readonly string[]>;
  /** Warns all terminals that the host reboots once its GPU jobs have ended. */
  warnOfReboot(a: { host: string }): Promise<void>;
  /** Fails with `NothingNew` (retryable) as long as a process uses a GPU of the host. Facts: `{host}`. */
  awaitIdleGpus(a: { host: string }): Promise<Proof<'gpus-idle'>>;
}

/** The authority that each activity needs. */
export const maintenanceAuthority = {
  findWindow: reads,
  describeDisturbance: reads,
  warnOfReboot: needsNone('writes to terminals; changes nothing'),
  awaitIdleGpus: reads,
} as const satisfies AuthorityOf<MaintenanceActivities>;
