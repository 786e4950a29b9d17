import type { Handlers } from '../../domain/handlers.ts';
import { needsNone, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { DeferredTask } from '../../domain/deferred.ts';
import type { Proof } from '../../domain/proof.ts';

/** `activities/locks/activities.ts`: who may use a host or the site; talks to Temporal only. */
export type LockActivities = Handlers<{
  /** Asks the lock workflow (started if it is not there) for a grant; it answers by the signal `granted`. */
  requestGrant(a: {
    lock: 'host' | 'site';
    name: string;
    site: string;
    workflow: string;
    purpose: string;
  }): Promise<void>;
  /** Has `host/<name>` (started if it is not there) keep what is owed to a host until it is done. */
  deferTask(a: { host: string; site: string; task: DeferredTask }): Promise<void>;
  /** That a host is not owed a wipe any more. Fails `ProofMissing`, tried again, while it is. Facts: `{host}`. */
  demandWiped(a: { host: string }): Promise<Proof<'wiped'>>;
  /**
   * Ends the deferred wipe of each host that has one: after a reopening nothing is deleted by an older plan. Facts: `{hosts}`; the
   * summary names the hosts whose Docker data stays until the next wipe.
   */
  endDeferredWipes(a: { hosts: readonly string[] }): Promise<Proof<'deferred-wipes-ended'>>;
  /** Whether a workflow is still running. */
  isRunning(a: { workflow: string }): Promise<boolean>;
}>;

/** By what right each of them acts. */
export const lockAuthority = {
  requestGrant: reads,
  deferTask: needsNone('what is deferred is traced to the approval in the workflow that defers it'),
  demandWiped: reads,
  endDeferredWipes: needsNone('it only ends what was to be deleted'),
  isRunning: reads,
} as const satisfies AuthorityOf<LockActivities>;
