import type { Proof, WipeProofs } from './proof.ts';
import type { Exemption } from './site.ts';

/** The run that deferred a task; an audit finds the approval there. */
export interface DeferredBy {
  readonly workflow: string;
  readonly run: string;
}

/** A task for a host that was unavailable. `host/<name>` runs it when the host is back. */
export type DeferredTask = Task & { readonly by?: DeferredBy };

type Task =
  | { readonly kind: 'docker'; readonly users: readonly string[] }
  | {
      readonly kind: 'image';
      readonly image: Proof<'image'>;
      /** The host whose root was imaged; absent: the site's leader. */
      readonly leader?: string;
      readonly keep?: readonly Exemption[];
      /** People work on the host: the reboot waits for the hours that the site configures. */
      readonly inWindow?: true;
    }
  | { readonly kind: 'open-logins' }
  | { readonly kind: 'wipe-docker'; readonly plan: string; readonly proofs: WipeProofs };
