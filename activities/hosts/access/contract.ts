import type { Proof } from '../../../domain/proof.ts';
import type { Kept } from '../../../domain/site.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R3: who can be on a host. Ends sessions, closes and opens logins, takes hosts out. */
export interface AccessActivities {
  /** R3. Warns whoever is logged in (`drain.warn`), then ends sessions, lingering managers and stray processes of everyone but system users and the kept; proves zero. */
  drainHost(a: {
    ref: StepRef;
    host: string;
    keep: readonly Kept[];
    /**
     * Closes logins by SSH first, to everyone but the administrators and the kept, until `openLogins`: survives reboots and new
     * roots. Proven by a login that the running sshd refuses; the proof says since when.
     */
    close?: boolean;
  }): Promise<Proof<'absence'>>;
  /** Looks only. Fails `ProofMissing` naming users and process ids. */
  proveAbsence(a: { host: string; keep: readonly Kept[] }): Promise<Proof<'absence'>>;
  /**
   * Opens logins again on these hosts, and proves it by what each running sshd says of somebody who tries. Says which had stayed
   * closed until now, whatever boots there were. Fails naming the hosts that stay closed. `held`: that
   * was looked at a moment ago, and is not looked at again. Facts: `{hosts, opened}`.
   */
  openLogins(a: { hosts: readonly string[]; held?: boolean }): Promise<Proof<'logins-open'>>;
  /** Gate `exclude`: the storage host stops exporting the homes to it. Fails `ConfigInvalid` for the leader. */
  planExclude(a: { host: string; reason: string }): Promise<PlanRef>;
  /** Stops the export, looks that it is so, and records that the host is excluded. Facts: `{host, exported}`. */
  excludeHost(a: { ref: StepRef; plan: string; by: string }): Promise<Proof<'excluded'>>;
  /** Exports to it again, and forgets that it was excluded. Facts: `{host, closed}`; closed: a semester keeps logins closed now. */
  includeHost(a: { ref: StepRef; host: string }): Promise<Proof<'included'>>;
}
