import type { Proof } from '../../domain/proof.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import type { SiteView } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import type { Fleet } from '../operator/host-table.ts';
import type { CanaryHealth } from '../../activities/hosts/rollout/contract.ts';

/** The roll-out of one image. */
export interface Update {
  readonly operator: OperatorContext;
  readonly input: FleetUpdateInput;
  readonly site: SiteView;
  readonly leader: string;
  readonly followers: readonly string[];
  readonly image: Proof<'image'>;
  readonly fleet: Fleet;
  /** The waves after the canary, in their order. */
  readonly waves: readonly (readonly string[])[];
  /** The follower that boots before the others; null: none. */
  readonly canaryHost: string | null;
  /** The health of the canary after its boot; null before. */
  canary: CanaryHealth | null;
  /** The number of tries per follower. */
  readonly tries: Map<string, number>;
}
