import type { Planned, PlanRef } from '../domain/plan.ts';
import type { SiteView } from '../domain/site.ts';
import type { Activities, Made } from './contract.ts';

/** The activities as workflows call them: a plan comes with the site on which it was made, in one answer. */
export function withSite(made: Made, site: () => Promise<SiteView>): Activities {
  const planned =
    <A>(make: (a: A) => Promise<PlanRef>) =>
    async (a: A): Promise<Planned> => {
      const [view, plan] = await Promise.all([site(), make(a)]);
      return { plan, site: view };
    };
  return {
    ...made,
    planNotices: planned((a) => made.planNotices(a)),
    planRemoval: planned((a) => made.planRemoval(a)),
    planWipe: planned((a) => made.planWipe(a)),
    planPrune: planned((a) => made.planPrune(a)),
    planRollout: planned((a) => made.planRollout(a)),
    planPublish: planned((a) => made.planPublish(a)),
    planUpdate: planned((a) => made.planUpdate(a)),
    planApplications: planned((a) => made.planApplications(a)),
    planRestore: planned((a) => made.planRestore(a)),
    planExclude: planned((a) => made.planExclude(a)),
    planRollBack: planned((a) => made.planRollBack(a)),
  };
}
