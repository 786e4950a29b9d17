import { many } from '../../../domain/many.ts';
import { restoreGate } from '../../../domain/gates/restore.ts';
import { refuse } from '../../failures.ts';
import type { HostDependencies } from '../dependencies.ts';
import { decodeName } from '../remote/names.ts';
import { ifFull } from '../remote/full.ts';
import { targetOf } from './restore-plan.ts';
import { listTree } from '../wipe/tree.ts';
import type { RestoreActivities } from './contract.ts';

/**
 * Restores exactly the approved homes, beside existing files and never over them. See `RestoreActivities.restoreHomes`.
 * @throws ApplicationFailure `PlanVoid` if site.yaml has another storage host; `VerificationFailed` naming the homes
 *   that are
 *   missing
 */
export function restoreHomes({ site, remote, store, clock }: HostDependencies): RestoreActivities['restoreHomes'] {
  return async ({ ref, plan: digest }) => {
    const current = await site();
    const { layout, storage } = current;
    const { binding } = await store.getPlan(restoreGate, digest);
    const { folder, homes, backup, uuid } = binding;
    if (binding.storage !== storage.name) {
      throw refuse(
        'PlanVoid',
        `the approved plan is for ${binding.storage}, but the storage host in site.yaml is ${storage.name}: retry to ask again`,
      );
    }
    const target = targetOf(current, folder);
    let output = '';
    let attached = true;
    if (!ref.byHand) {
      const fields = homes.flatMap(({ name, to, uid }) => [decodeName(name), decodeName(to), Buffer.from(String(uid))]);
      const input = Buffer.concat(fields.flatMap((field) => [field, Buffer.of(0)]));
      const record = `${layout.jobs}/restore-${digest.replace(/^sha256:/, '').slice(0, 24)}`;
      const args = [layout.toplevel, layout.backups, backup, uuid, target, record, String(homes.length)];
      ({ tail: output, attached } = await remote.job(storage.name, ref, { name: 'restore', args, input }));
    }
    const { entries } = await listTree(remote, storage.name, target, 'names');
    const there = new Map(entries.map(({ name, uid }) => [name, uid]));
    const left = output.split('\n').filter((line) => line.startsWith('left: '));
    const missing = homes.filter(({ to, uid }) => there.get(to) !== uid).map(({ name }) => name);
    if (left.length > 0 || missing.length > 0) {
      const why =
        left.slice(0, 5).join('; ') || `missing in ${folder}, or with another owner: ${missing.slice(0, 5).join(', ')}`;
      throw refuse(
        'VerificationFailed',
        `${storage.name}: some homes were not restored. ${why}${ifFull(output, `${folder} on ${storage.name}`) || '. Correct it there, then retry'}`,
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
