import { many } from '../../../domain/many.ts';
import { pruneGate, type PruneBinding, type PruneObserved } from '../../../domain/gates/prune.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import { dayOf, retentionOf, keptUntil, prunable } from '../../../domain/retention.ts';
import { refuse, tryAgain } from '../../failures.ts';
import { lookAtBackups } from './backups.ts';
import { today, type HostDependencies } from '../dependencies.ts';
import type { BackupActivities } from './contract.ts';
import { readMessages } from '../../../texts/messages.ts';

/** Gate `prune`. See `HostActivities.planPrune` and `domain/retention.ts`. */
export function planPrune({ site, remote, store, clock }: HostDependencies): BackupActivities['planPrune'] {
  return async ({ semester, backup }): Promise<PlanRef> => {
    const current = await site();
    const { layout, storage, language } = current;
    const { all: backups, orphans, silent } = await lookAtBackups(remote, current);
    const all = [...backups, ...orphans];
    const fates = retentionOf(backups, today(current, clock), orphans);
    const old = new Set(fates.flatMap(({ name, stays }) => (stays === null ? [name] : [])));
    const going = all.filter(({ name, uuid }) => old.has(name) && uuid !== backup?.facts.uuid);
    const binding: PruneBinding = {
      semester: semester.name,
      storage: storage.name,
      folder: layout.backups,
      backups: going.map(({ name, uuid }) => ({ name, uuid })),
      site: digestOf(current),
    };
    const plan: Plan<PruneBinding, PruneObserved> = {
      gate: 'prune',
      binding,
      observed: { at: clock().toISOString(), all },
    };
    const say = await readMessages(current, language);
    return {
      gate: 'prune',
      digest: await store.putPlan(plan),
      headline: say('prune.headline', { count: going.length, storage: storage.name }),
      counts: { backups: going.length, staying: all.length - going.length },
      rows: going
        .slice(0, 10)
        .map(({ name, nested }) => say('prune.row', { name, until: keptUntil(dayOf(name) ?? ''), nested })),
      total: going.length,
      kept: fates
        .filter(({ name }) => !going.some((one) => one.name === name))
        .map(({ name, stays, keptUntil: until }) =>
          say('prune.stays', { name, why: say(`prune.why.${stays ?? 'newest'}`, { until }) }),
        ),
      warnings: silent === null ? [] : [say('prune.silent', { why: silent })],
      waivable: [],
      confirm: pruneGate.confirm(binding),
      empty: going.length === 0,
    };
  };
}

/**
 * R4: deletes exactly the approved backups. See `HostActivities.prune`.
 * @throws ApplicationFailure `PlanVoid` if one of them may no longer be deleted; `VerificationFailed` if one still
 *   exists
 */
export function prune({ site, remote, store, clock }: HostDependencies): BackupActivities['prune'] {
  return async ({ ref, plan: digest }) => {
    const current = await site();
    const { layout, storage } = current;
    const { binding } = await store.getPlan(pruneGate, digest);
    const { all: backups, orphans, silent } = await lookAtBackups(remote, current);
    const before = [...backups, ...orphans];
    if (silent !== null) throw tryAgain('Unreachable', silent);
    const there = binding.backups.filter(({ uuid }) => before.some((one) => one.uuid === uuid));
    const may = prunable(backups, today(current, clock), orphans);
    const young = there.filter(({ name }) => !may.includes(name));
    if (binding.folder !== layout.backups || binding.storage !== storage.name || young.length > 0) {
      const what = young.map(({ name }) => name).join(', ') || `${binding.storage}:${binding.folder}`;
      throw refuse('PlanVoid', `the approved plan is void: ${what} may not be deleted. Retry to ask again`);
    }
    if (there.length > 0 && !ref.byHand) {
      const input = there.map(({ name, uuid }) => `${name}\0${uuid}\0`).join('');
      const args = [layout.toplevel, layout.backups, String(there.length)];
      await remote.job(storage.name, ref, { name: 'prune', args, input });
    }
    const { all: after, orphans: rest } = await lookAtBackups(remote, current);
    const left = binding.backups
      .filter(({ uuid }) => [...after, ...rest].some((one) => one.uuid === uuid))
      .map(({ name }) => name);
    if (left.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${storage.name}: still in ${layout.backups}: ${left.join(', ')}; delete them there, then done`,
      );
    }
    return {
      what: 'pruned',
      at: clock().toISOString(),
      summary: `${storage.name}: ${many(binding.backups.length, 'old backup is', 'old backups are')} gone, ${after.length} left`,
      facts: { host: storage.name, deleted: there.length, staying: after.length },
      how: ref.byHand ? 'by-hand' : there.length > 0 ? 'service' : 'found',
    };
  };
}
