import type { Handlers } from '../../domain/handlers.ts';
import { needsNone, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { DeferredTask } from '../../domain/deferred.ts';
import type { DeferredKind } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';

/** Locks on a host or the site. Talks to Temporal only. */
export type LockActivities = Handlers<{
  /** Requests a lock from the lock workflow, starting it if needed. It answers with the signal `granted`. */
  requestGrant(a: {
    lock: 'host' | 'site';
    name: string;
    site: string;
    workflow: string;
    purpose: string;
  }): Promise<void>;
  /** Hands a deferred task to `host/<name>`, starting it if needed. It keeps the task until the task is done. */
  deferTask(a: { host: string; site: string; task: DeferredTask }): Promise<void>;
  /**
   * Proves that a host has no deferred wipe. Fails with a retryable `ProofMissing` while it has one. Facts: `{host}`.
   */
  demandWiped(a: { host: string }): Promise<Proof<'wiped'>>;
  /**
   * Ends the deferred tasks of a kind, and waits until none of them acts on its host. A reopening ends wipes: nothing
   * is deleted by an older plan. A drain ends `open-logins`. Facts: `{hosts}`; for wipes the summary says what is
   * left on each host. Fails with a retryable `ProofMissing` while a task that has begun cannot be stopped.
   */
  endDeferred(a: { hosts: readonly string[]; kind: DeferredKind }): Promise<Proof<'deferred-ended'>>;
  /** Returns once a workflow has ended, or does not exist. Fails with a retryable `NothingNew` while it runs. */
  awaitEnd(a: { workflow: string }): Promise<void>;
}>;

/** The authority of each activity. */
export const lockAuthority = {
  requestGrant: reads,
  deferTask: needsNone('the audit traces a deferred task to the approval in the workflow that defers it'),
  demandWiped: reads,
  endDeferred: needsNone('it only ends what was to be done'),
  awaitEnd: reads,
} as const satisfies AuthorityOf<LockActivities>;
