import { packageRow, type PackageChange } from '../../domain/packages.ts';
import type { Plan, PlanRef } from '../../domain/plan.ts';
import type { UpdateActivities } from '../types.ts';
import { imageChanges, type ImageChanges } from './image-changes.ts';
import { rolloutTexts } from './texts.ts';
import type { UpdateDeps } from './update-deps.ts';

export interface RolloutBinding {
  readonly image: string;
  readonly sha256: string;
  readonly leader: string;
  /** In the order in which they are updated. */
  readonly followers: readonly string[];
  readonly packages: readonly PackageChange[];
  /** Files changed by hand, where no package changes. */
  readonly files: readonly string[];
}

export interface RolloutObserved {
  /** Size of the image. */
  readonly bytes: number;
  readonly parent: string | null;
  /** Hosts that did not answer when the image was made. */
  readonly silent: readonly string[];
}

const NOTHING_KNOWN: ImageChanges = { packages: [], files: [], compared: 0, silent: [], lacking: [] };

/** Gate `rollout` of R8: which image goes to which hosts in which order, and what changes there. */
export function planRollout({ site, store }: UpdateDeps): UpdateActivities['planRollout'] {
  return async ({ leader, image, followers }): Promise<PlanRef> => {
    const { name, sha256, bytes, parent, changes } = image.facts;
    const known = await store.getNamed<ImageChanges>(imageChanges(name));
    const { packages, files, compared, silent } = known ?? NOTHING_KNOWN;
    const plan: Plan<RolloutBinding, RolloutObserved> = {
      gate: 'rollout',
      binding: { image: name, sha256, leader, followers, packages, files },
      observed: { bytes, parent, silent },
    };
    const texts = rolloutTexts((await site()).language);
    const rows = [...packages.map((change) => packageRow(change, compared)), ...files.map((file) => `~ /${file}`)];
    return {
      gate: 'rollout',
      digest: await store.putPlan(plan),
      headline: texts.headline(name, leader, followers, packages.length, files.length),
      counts: { hosts: followers.length, packages: packages.length, files: files.length, bytes },
      rows: rows.slice(0, 10),
      total: rows.length,
      kept: [],
      warnings: [...(parent === null ? [texts.full] : []), ...silent.map((host) => texts.silent(host))],
      waivable: [],
      confirm: `${name} ${followers.length}`,
      empty: changes === 0 || followers.length === 0,
    };
  };
}
