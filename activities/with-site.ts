import type { PlanRef } from '../domain/plan.ts';
import type { SiteView } from '../domain/site.ts';
import type { Activities, Made } from './contract.ts';

/** Those that make the plan of a gate. */
type Planning = { [K in keyof Made]: Made[K] extends (a: never) => Promise<PlanRef> ? K : never }[keyof Made];

const PLANNING = {
  planNotices: true,
  planRemoval: true,
  planWipe: true,
  planPrune: true,
  planRollout: true,
  planPublish: true,
  planUpdate: true,
  planApplications: true,
  planRestore: true,
  planExclude: true,
  planRollBack: true,
} as const satisfies Record<Planning, true>;

/** The activities as workflows call them: a plan comes with the site on which it was made, in one answer. */
export function withSite(made: Made, site: () => Promise<SiteView>): Activities {
  const planned = (Object.keys(PLANNING) as Planning[]).map((name) => {
    const plan: (a: never) => Promise<PlanRef> = made[name];
    return [
      name,
      async (a: never) => {
        const [view, ref] = await Promise.all([site(), plan(a)]);
        return { plan: ref, site: view };
      },
    ] as const;
  });
  return { ...made, ...Object.fromEntries(planned) } as unknown as Activities;
}
