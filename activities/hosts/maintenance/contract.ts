import type { OpenWindow } from '../../../domain/window.ts';
import type { Proof } from '../../../domain/proof.ts';

/** R8 between semesters: when hosts may reboot, and who is warned. */
export interface MaintenanceActivities {
  /** When hosts may reboot next, by `update.between.window`; `announced`: not before people have had the time that is promised. */
  findWindow(a: { after: string; announced: boolean }): Promise<OpenWindow>;
  /** For gate `rollout`: when hosts reboot and how many people are told, one line each, in the site's language. */
  describeDisturbance(a: { hosts: readonly string[]; after: string }): Promise<readonly string[]>;
  /** Tells whoever is on a terminal that the host reboots once its GPU jobs have ended. */
  warnOfReboot(a: { host: string }): Promise<void>;
  /** Fails `NothingNew`, tried again, for as long as anybody uses a GPU of the host. Facts: `{host}`. */
  awaitIdleGpus(a: { host: string }): Promise<Proof<'gpus-idle'>>;
}
