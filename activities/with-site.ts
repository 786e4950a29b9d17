import { planGateOf } from '../domain/gates/index.ts';
import type { Planned, PlanRef } from '../domain/plan.ts';
import type { SiteView } from '../domain/site.ts';
import { AUTHORITY, type Activities, type Made } from './contract.ts';

/** Names of the activities that make the plan of a gate. */
type Planning = { [K in keyof Made]: Made[K] extends (a: never) => Promise<PlanRef> ? K : never }[keyof Made];

const isPlanning = (name: keyof Made): name is Planning => AUTHORITY[name].kind === 'plans';

/** Wraps the activities that make plans: each returns the plan together with the site for which it was made. */
export function withSite(made: Made, site: () => Promise<SiteView>): Activities {
  const planned = (Object.keys(AUTHORITY) as (keyof Made)[]).filter(isPlanning).map((name) => {
    const plan: (a: never) => Promise<PlanRef> = made[name];
    const skippable = planGateOf(AUTHORITY[name].gate)?.skippable === true;
    return [
      name,
      async (a: never): Promise<Planned> => {
        const [view, ref] = await Promise.all([site(), plan(a)]);
        return { plan: ref, site: view, skippable };
      },
    ] as const;
  });
  // `AuthorityOf` holds: exactly the activities that return a `PlanRef` are declared as `plans`.
  const wrapped: Record<string, unknown> = { ...made, ...Object.fromEntries(planned) };
  return wrapped as Activities;
}
