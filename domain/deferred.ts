import type { Proof, WipeProofs } from './proof.ts';
import type { Kept } from './site.ts';

/** Who deferred a task: an audit looks there for the approval. */
export interface DeferredBy {
  readonly workflow: string;
  readonly run: string;
}

/** What is owed to a host that was down: done when it is back, before anybody else is granted it. */
export type DeferredTask = Task & { readonly by?: DeferredBy };

type Task =
  | { readonly kind: 'docker'; readonly users: readonly string[] }
  | {
      readonly kind: 'image';
      readonly image: Proof<'image'>;
      /** Whose root it is of; absent: the site's leader. */
      readonly leader?: string;
      readonly keep?: readonly Kept[];
      /** People work on the host: the reboot waits for the hours that the site configures. */
      readonly inWindow?: true;
    }
  | { readonly kind: 'open-logins' }
  | { readonly kind: 'wipe-docker'; readonly plan: string; readonly proofs: WipeProofs };
