import { packageRow, type PackageChange } from '../../domain/packages.ts';
import type { Plan, PlanRef } from '../../domain/plan.ts';
import type { UpdateActivities } from '../types.ts';
import { imageChanges, type ImageChanges } from './image.ts';
import type { UpdateDeps } from './update-deps.ts';

export interface RolloutBinding {
  readonly image: string;
  readonly sha256: string;
  readonly leader: string;
  /** In the order in which they are updated. */
  readonly followers: readonly string[];
  readonly packages: readonly PackageChange[];
}

export interface RolloutObserved {
  /** Size of the image. */
  readonly bytes: number;
  readonly parent: string | null;
  /** Hosts that did not answer when the image was made. */
  readonly silent: readonly string[];
}

/** Gate `rollout` of R8: which image goes to which hosts in which order, and what changes there. */
export function planRollout({ store }: UpdateDeps): UpdateActivities['planRollout'] {
  return async ({ leader, image, followers }): Promise<PlanRef> => {
    const { name, sha256, bytes, parent, changes } = image.facts;
    const known = await store.getNamed<ImageChanges>(imageChanges(name));
    const { packages, silent } = known ?? { packages: [], silent: [] };
    const plan: Plan<RolloutBinding, RolloutObserved> = {
      gate: 'rollout',
      binding: { image: name, sha256, leader, followers, packages },
      observed: { bytes, parent, silent },
    };
    const compared = new Set(packages.flatMap((change) => change.hosts)).size;
    const rows = packages.map((change) => packageRow(change, compared));
    return {
      gate: 'rollout',
      digest: await store.putPlan(plan),
      headline: `Image ${name} of ${leader} replaces the root of ${followers.join(', ')}, and they reboot; ${packages.length} packages change`,
      counts: { hosts: followers.length, packages: packages.length, bytes },
      rows: rows.slice(0, 10),
      total: rows.length,
      kept: [],
      warnings: [
        ...(parent === null ? ['It is a full image: no snapshot was common to all hosts.'] : []),
        ...silent.map((host) => `${host} did not answer when the image was made: its packages were not compared.`),
      ],
      waivable: [],
      confirm: `${name} ${followers.length}`,
      empty: changes === 0 || followers.length === 0,
    };
  };
}
