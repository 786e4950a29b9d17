import { many } from '../../../domain/many.ts';
import { restoreGate } from '../../../domain/gates/restore.ts';
import { refuse } from '../../failures.ts';
import type { HostDependencies } from '../dependencies.ts';
import { decodeName } from '../remote/names.ts';
import { targetOf } from './restore-plan.ts';
import { listTree } from '../wipe/tree.ts';
import type { RestoreActivities } from './contract.ts';

/**
 * Restores exactly the approved homes, beside what is there and never over it. See `BackupActivities.restoreHomes`.
 * @throws ApplicationFailure `PlanVoid` when site.yaml has another storage host; `VerificationFailed` naming what did not come back
 */
export function restoreHomes({ site, remote, store, clock }: HostDependencies): RestoreActivities['restoreHomes'] {
  return async ({ ref, plan: digest }) => {
    const current = await site();
    const { layout, storage } = current;
    const { binding } = await store.getPlan(restoreGate, digest);
    const { folder, homes, backup, uuid } = binding;
    if (binding.storage !== storage.name) {
      throw refuse('PlanVoid', `the approved plan is for ${binding.storage}, and site.yaml says ${storage.name}`);
    }
    const target = targetOf(current, folder);
    let said = '';
    let attached = true;
    if (!ref.byHand) {
      const words = homes.flatMap(({ name, to, uid }) => [decodeName(name), decodeName(to), Buffer.from(String(uid))]);
      const input = Buffer.concat(words.flatMap((word) => [word, Buffer.of(0)]));
      const record = `${layout.jobs}/restore-${digest.replace(/^sha256:/, '').slice(0, 24)}`;
      const args = [layout.toplevel, layout.backups, backup, uuid, target, record, String(homes.length)];
      ({ tail: said, attached } = await remote.job(storage.name, ref, { name: 'restore', args, input }));
    }
    const { entries } = await listTree(remote, storage.name, target, 'names');
    const there = new Map(entries.map(({ name, uid }) => [name, uid]));
    const left = said.split('\n').filter((line) => line.startsWith('left: '));
    const missing = homes.filter(({ to, uid }) => there.get(to) !== uid).map(({ name }) => name);
    if (left.length > 0 || missing.length > 0) {
      const why =
        left.slice(0, 5).join('; ') || `not in ${folder}, or not their owner's: ${missing.slice(0, 5).join(', ')}`;
      throw refuse(
        'VerificationFailed',
        `${storage.name}: not every home came back. ${why}. Mend it there, then retry`,
      );
    }
    return {
      what: 'restored',
      at: clock().toISOString(),
      summary: `${storage.name}: ${many(homes.length, 'home')} of ${backup} ${homes.length === 1 ? 'is' : 'are'} in ${folder}`,
      facts: { host: storage.name, snapshot: backup, homes: homes.length },
      how: ref.byHand ? 'by-hand' : attached ? 'found' : 'service',
    };
  };
}
