import type { Plan, PlanRef } from '../../domain/plan.ts';
import type { BetweenActivities } from './between-types.ts';
import { rollBackTexts } from './roll-back-texts.ts';
import { keyValues, lookRoot } from './root.ts';
import type { UpdateDeps } from './update-deps.ts';

/** What gate `rollback` binds. */
export interface RollBackBinding {
  readonly reason: string;
  readonly hosts: readonly {
    readonly host: string;
    /** Images of the root that runs and of the one before it; null where none is known. */
    readonly from: string | null;
    readonly to: string | null;
  }[];
}

type Row =
  | { readonly host: string; readonly from: string | null; readonly to: string | null }
  | { readonly why: string };

/** R8. Gate `rollback`: from which image to which, host by host; who has no old root, or does not answer, is left out. */
export function createRollBackPlan({
  site,
  remote,
  store,
}: Pick<UpdateDeps, 'site' | 'remote' | 'store'>): Pick<BetweenActivities, 'planRollBack' | 'hostsToRollBack'> {
  return {
    async planRollBack({ hosts, reason }): Promise<PlanRef> {
      const current = await site();
      const texts = rollBackTexts(current.language);
      const look = async (host: string): Promise<Row> => {
        try {
          const root = await lookRoot(remote, current, host);
          const args = [current.layout.toplevel, 'old-root'];
          const old = keyValues(await remote.run(host, { name: 'read-marker', args }));
          if (!old['read_only']) return { why: texts.none(host) };
          return { host, from: root.image, to: old['image'] || null };
        } catch (error) {
          return { why: texts.silent(host, error instanceof Error ? error.message : String(error)) };
        }
      };
      const looked = await Promise.all(hosts.map(look));
      const going = looked.flatMap((row) => ('host' in row ? [row] : []));
      const plan: Plan<RollBackBinding, null> = { gate: 'rollback', binding: { reason, hosts: going }, observed: null };
      return {
        gate: 'rollback',
        digest: await store.putPlan(plan),
        headline: texts.headline(going.length, reason),
        counts: { hosts: going.length },
        rows: going.slice(0, 10).map(({ host, from, to }) => texts.row(host, from, to)),
        total: going.length,
        kept: [],
        warnings: looked.flatMap((row) => ('why' in row ? [row.why] : [])).slice(0, 10),
        waivable: [],
        confirm: `rollback ${going.length}`,
        empty: going.length === 0,
      };
    },

    async hostsToRollBack({ plan }) {
      const { binding } = await store.getPlan<RollBackBinding, null>(plan);
      return binding.hosts.map(({ host }) => host);
    },
  };
}
