import type { Proof, WipeProofs } from './proof.ts';
import type { Kept } from './site.ts';

/** What is owed to a host that was down: done when it is back, before anybody else is granted it. */
export type DeferredTask =
  | { readonly kind: 'docker'; readonly users: readonly string[] }
  | {
      readonly kind: 'image';
      readonly image: Proof<'image'>;
      /** Whose root it is of; absent: the site's leader. */
      readonly leader?: string;
      readonly keep?: readonly Kept[];
    }
  | { readonly kind: 'open-logins' }
  | { readonly kind: 'wipe-docker'; readonly plan: string; readonly proofs: WipeProofs };
