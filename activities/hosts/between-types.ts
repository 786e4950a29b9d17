import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { OpenWindow } from '../../domain/window.ts';
import type { StepRef } from '../types.ts';

/** `activities/hosts/between.ts`, `roll-back-plan.ts`, `activities/mail/update-mail.ts`: R8 while people work. */
export interface BetweenActivities {
  /** When hosts may reboot next, by `update.between.window`; `announced`: not before people have had the time that is promised. */
  findWindow(a: { after: string; announced: boolean }): Promise<OpenWindow>;
  /** For gate `rollout`: when hosts reboot and how many people are told, one line each, in the site's language. */
  describeDisturbance(a: { hosts: readonly string[]; after: string }): Promise<readonly string[]>;
  /** Mails every member once an image: which hosts reboot, from when on, in which hours. Facts: as `sendNotices`. */
  announceUpdate(a: { ref: StepRef; image: string; hosts: readonly string[]; opens: string }): Promise<Proof>;
  /** Tells whoever is on a terminal that the host reboots once its GPU jobs have ended. */
  warnOfReboot(a: { host: string }): Promise<void>;
  /**
   * Gate `rollback`: from which image to which, host by host; leaves out, by name and reason, who does not answer, has no old root,
   * or has one that no update of ours put there. Fails `VerificationFailed` with these reasons where hosts were `named` and none is left.
   */
  planRollBack(a: { hosts: readonly string[]; named: boolean; reason: string }): Promise<PlanRef>;
  /** Whom an approved plan takes back, in its order. */
  hostsToRollBack(a: { plan: string }): Promise<readonly string[]>;
  /** Fails `NothingNew`, tried again, for as long as anybody uses a GPU of the host. Facts: `{host}`. */
  awaitIdleGpus(a: { host: string }): Promise<Proof>;
}
