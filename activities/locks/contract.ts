import type { DeferredTask } from '../../domain/deferred.ts';
import type { Proof } from '../../domain/proof.ts';

/** `activities/locks/activities.ts`: who may use a host or the site; talks to Temporal only. */
export interface LockActivities {
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
  /** Whether a workflow is still running. */
  isRunning(a: { workflow: string }): Promise<boolean>;
}
