import {
  rollbackGate,
  type GoingBack,
  type StayingOut,
  type RollBackBinding,
  type RollBackObserved,
} from '../../../domain/gates/rollback.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import { rollBackObstacle } from '../../../domain/roll-back.ts';
import { refuse } from '../../failures.ts';
import type { RollbackActivities } from './contract.ts';
import { keyValues, lookRoot } from '../root/root.ts';
import type { HostDependencies } from '../dependencies.ts';
import { readMessages } from '../../../texts/messages.ts';

/**
 * R8. Gate `rollback`: from which image to which, host by host; leaves out silent hosts and hosts that cannot roll
 * back.
 */
export function planRollBack({
  site,
  remote,
  store,
}: Pick<HostDependencies, 'site' | 'remote' | 'store'>): RollbackActivities['planRollBack'] {
  return async ({ hosts, named, reason }): Promise<PlanRef> => {
    const current = await site();
    const { toplevel, jobs } = current.layout;
    const say = await readMessages(current, current.language);
    const byHand = `cd ${toplevel}; mv root failed-root; mv old-root root; btrfs subvolume set-default root; reboot`;
    const look = async (host: string): Promise<GoingBack | StayingOut> => {
      try {
        const { running, image } = await lookRoot(remote, current, host);
        const old = keyValues(await remote.run(host, { name: 'look-old-root', args: [toplevel, jobs] }));
        const not = rollBackObstacle({ running, exists: old['there'] === 'yes', ours: old['ours'] === 'yes' });
        if (not !== null) return { host, why: say(`rollback.${not}`, { host, running, byHand }) };
        return { host, from: image, to: old['image'] || null };
      } catch (error) {
        return {
          host,
          why: say('rollback.silent', { host, why: error instanceof Error ? error.message : String(error) }),
        };
      }
    };
    const rows = await Promise.all(hosts.map(look));
    const going = rows.flatMap((row) => ('why' in row ? [] : [row]));
    const leftOut = rows.flatMap((row) => ('why' in row ? [row] : []));
    const whys = leftOut.map(({ why }) => why);
    // A person named these hosts, so an empty plan must fail at once.
    if (named && going.length === 0) throw refuse('VerificationFailed', [...whys, say('rollback.nobody')].join('\n'));
    const binding: RollBackBinding = { reason, hosts: going };
    const plan: Plan<RollBackBinding, RollBackObserved> = { gate: 'rollback', binding, observed: { leftOut } };
    return {
      gate: 'rollback',
      digest: await store.putPlan(plan),
      headline: say('rollback.headline', { hosts: going.length, reason }),
      counts: { hosts: going.length },
      rows: going.slice(0, 10).map(({ host, from, to }) => say('rollback.row', { host, from, to })),
      total: going.length,
      kept: [],
      warnings: whys.slice(0, 10),
      waivable: [],
      confirm: rollbackGate.confirm(binding),
      empty: going.length === 0,
    };
  };
}

/** The hosts of an approved plan. */
export function hostsToRollBack({ store }: Pick<HostDependencies, 'store'>): RollbackActivities['hostsToRollBack'] {
  return async ({ plan }) => {
    const { binding } = await store.getPlan(rollbackGate, plan);
    return binding.hosts.map(({ host }) => host);
  };
}
