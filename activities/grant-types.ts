import type { ImageProof, Proof } from '../domain/proof.ts';
import type { Kept } from '../domain/site.ts';
import type { WipeProofs } from './types.ts';

/** What is owed to a host that was down: done when it is back, before anybody else is granted it. */
export type Debt =
  | { readonly kind: 'docker'; readonly users: readonly string[] }
  | {
      readonly kind: 'image';
      readonly image: ImageProof;
      /** Whose root it is of; absent: the site's leader. */
      readonly leader?: string;
      readonly keep?: readonly Kept[];
    }
  | { readonly kind: 'open-logins' }
  | { readonly kind: 'wipe-docker'; readonly plan: string; readonly proofs: WipeProofs };

/** `activities/grants.ts`: who may use a host or the site; talks to Temporal only. */
export interface GrantActivities {
  /** Asks the lock workflow (started if it is not there) for a grant; it answers by the signal `granted`. */
  requestGrant(a: {
    lock: 'host' | 'site';
    name: string;
    site: string;
    workflow: string;
    purpose: string;
  }): Promise<void>;
  /** Has `host/<name>` (started if it is not there) keep what is owed to a host until it is done. */
  oweHost(a: { host: string; site: string; debt: Debt }): Promise<void>;
  /** That a host is not owed a wipe any more. Fails `ProofMissing`, tried again, while it is. Facts: `{host}`. */
  demandWiped(a: { host: string }): Promise<Proof>;
  /** Whether a workflow is still running. */
  isRunning(a: { workflow: string }): Promise<boolean>;
}
