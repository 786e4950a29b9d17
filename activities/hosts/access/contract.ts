import type { Proof } from '../../../domain/proof.ts';
import { acts, needsNone, plans, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { Exemption } from '../../../domain/site.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { StepRef } from '../../../domain/step.ts';

/** R3: access to hosts. Ends sessions, closes and opens logins, excludes hosts. */
export interface AccessActivities {
  /**
   * R3. Warns logged-in users (`drain.warn`), then ends sessions, lingering managers and stray processes of all users
   * except exempt accounts. Proves that none is left.
   */
  drainHost(a: {
    ref: StepRef;
    host: string;
    keep: readonly Exemption[];
    /**
     * Closes SSH logins first, until `openLogins`. Only administrators and exempt accounts can log in. The lock
     * survives reboots and new roots. Proven by a login that the running sshd refuses; the proof states since when.
     */
    close?: boolean;
  }): Promise<Proof<'absence'>>;
  /** Only inspects. Fails with `ProofMissing`, naming users and process ids. */
  proveAbsence(a: { host: string; keep: readonly Exemption[] }): Promise<Proof<'absence'>>;
  /**
   * The accounts that no GPU server knows which answers, how many of them answer, and why the others do not. With `sync` a host that
   * lacks an account runs `accounts.sync` first; without it nothing changes there.
   */
  lookAccounts(a: { users: readonly string[]; sync: boolean }): Promise<{
    unknown: readonly string[];
    asked: number;
    silent: readonly { readonly host: string; readonly why: string }[];
  }>;
  /**
   * Opens logins on these hosts and proves it by an attempt to log in to each running sshd. The proof states which
   * hosts stayed closed until now, across reboots. Fails, naming the hosts that stay closed. `held`: the lock was
   * checked a moment ago and is not checked again. Facts: `{hosts, opened}`.
   */
  openLogins(a: { hosts: readonly string[]; held?: boolean }): Promise<Proof<'logins-open'>>;
  /**
   * Gate `exclude`: the storage host stops exporting the homes to the host. Fails with `ConfigInvalid` for the leader.
   */
  planExclude(a: { host: string; reason: string }): Promise<PlanRef>;
  /** Stops the export, verifies it, and records that the host is excluded. Facts: `{host, exported}`. */
  excludeHost(a: { ref: StepRef; plan: string; by: string }): Promise<Proof<'excluded'>>;
  /**
   * Exports the homes to the host again and removes it from the excluded hosts. Facts: `{host, closed}`; `closed`: a
   * semester keeps logins closed now.
   */
  includeHost(a: { ref: StepRef; host: string }): Promise<Proof<'included'>>;
}

/** The authority that each activity needs. */
export const accessAuthority = {
  drainHost: acts(['removal', 'wipe', 'rollout', 'rollback'], {
    unlessFrom: ['prune', 'update'],
    again: 'every step that needs an empty host drains it',
  }),
  proveAbsence: reads,
  lookAccounts: reads,
  openLogins: needsNone('restores access; takes nothing'),
  planExclude: plans('exclude'),
  excludeHost: acts('exclude'),
  includeHost: needsNone('an approver includes a host again; its deferred tasks run first'),
} as const satisfies AuthorityOf<AccessActivities>;
