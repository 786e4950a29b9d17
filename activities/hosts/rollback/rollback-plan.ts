import {
  rollbackGate,
  type GoingBack,
  type StayingOut,
  type RollBackBinding,
  type RollBackObserved,
} from '../../../domain/gates/rollback.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import { whyNotBack } from '../../../domain/roll-back.ts';
import { refuse } from '../../failures.ts';
import type { RollbackActivities } from './contract.ts';
import { rollBackTexts } from './rollback-texts.ts';
import { keyValues, lookRoot } from '../root/root.ts';
import type { UpdateDeps } from '../update-dependencies.ts';

/** R8. Gate `rollback`: from which image to which, host by host; who cannot go back, or does not answer, is left out by name. */
export function createRollBackPlan({
  site,
  remote,
  store,
}: Pick<UpdateDeps, 'site' | 'remote' | 'store'>): Pick<RollbackActivities, 'planRollBack' | 'hostsToRollBack'> {
  return {
    async planRollBack({ hosts, named, reason }): Promise<PlanRef> {
      const current = await site();
      const { toplevel, jobs } = current.layout;
      const texts = rollBackTexts(current.language);
      const look = async (host: string): Promise<GoingBack | StayingOut> => {
        try {
          const { running, image } = await lookRoot(remote, current, host);
          const old = keyValues(await remote.run(host, { name: 'look-old-root', args: [toplevel, jobs] }));
          const not = whyNotBack({ running, there: old['there'] === 'yes', ours: old['ours'] === 'yes' });
          if (not !== null) return { host, why: texts.not(host, not, { running, toplevel }) };
          return { host, from: image, to: old['image'] || null };
        } catch (error) {
          return { host, why: texts.silent(host, error instanceof Error ? error.message : String(error)) };
        }
      };
      const looked = await Promise.all(hosts.map(look));
      const going = looked.flatMap((row) => ('why' in row ? [] : [row]));
      const leftOut = looked.flatMap((row) => ('why' in row ? [row] : []));
      const whys = leftOut.map(({ why }) => why);
      // Somebody has asked for these hosts, and is not to find out later that nothing has happened.
      if (named && going.length === 0) throw refuse('VerificationFailed', [...whys, texts.nobody].join('\n'));
      const binding: RollBackBinding = { reason, hosts: going };
      const plan: Plan<RollBackBinding, RollBackObserved> = { gate: 'rollback', binding, observed: { leftOut } };
      return {
        gate: 'rollback',
        digest: await store.putPlan(plan),
        headline: texts.headline(going.length, reason),
        counts: { hosts: going.length },
        rows: going.slice(0, 10).map(({ host, from, to }) => texts.row(host, from, to)),
        total: going.length,
        kept: [],
        warnings: whys.slice(0, 10),
        waivable: [],
        confirm: rollbackGate.confirm(binding),
        empty: going.length === 0,
      };
    },

    async hostsToRollBack({ plan }) {
      const { binding } = await store.getPlan(rollbackGate, plan);
      return binding.hosts.map(({ host }) => host);
    },
  };
}
