import type { Proof } from '../../domain/proof.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import type { SiteView } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import type { Fleet } from '../operator/host-table.ts';
import type { CanaryHealth } from '../../activities/hosts/rollout/contract.ts';

/** One image on its way to the followers. */
export interface Update {
  readonly operator: OperatorContext;
  readonly input: FleetUpdateInput;
  readonly site: SiteView;
  readonly leader: string;
  readonly followers: readonly string[];
  readonly image: Proof<'image'>;
  readonly fleet: Fleet;
  /** After the canary, in their order. */
  readonly waves: readonly (readonly string[])[];
  /** The follower that boots before the others; null: none is wanted. */
  readonly canaryHost: string | null;
  /** How it is, once it has booted. */
  canary: CanaryHealth | null;
  /** How often each follower has been tried. */
  readonly tries: Map<string, number>;
}
