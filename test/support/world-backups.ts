import type { BackupActivities } from '../../activities/hosts/backup/contract.ts';
import type { ReplicaActivities } from '../../activities/hosts/replica/contract.ts';
import type { RestoreActivities } from '../../activities/hosts/restore/contract.ts';
import type { MailActivities } from '../../activities/mail/contract.ts';
import type { PlanGate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import { mailed, type Prove } from './prove.ts';

interface Tools {
  readonly note: (what: string) => Promise<unknown>;
  readonly plan: (gate: PlanGate, binding: object, rows: string[]) => PlanRef;
  readonly prove: Prove;
}

/** The backups of a fleet in memory. */
export function backupsIn(
  world: { readonly replica: string | null },
  { note, plan, prove }: Tools,
): BackupActivities &
  ReplicaActivities &
  RestoreActivities &
  Pick<MailActivities, 'mailRestored' | 'mailRestoredDocker'> {
  let taken = 0;
  return {
    takeBackup: async ({ ref }) => {
      await note('backup');
      const facts = { name: 'b', path: '/b', uuid: `u${++taken}`, readOnly: true as const, generation: 7, nested: 0 };
      return prove('backup', 'snapshot', facts, ref.byHand);
    },
    replicateBackup: async ({ backup }) => {
      await note('replica');
      const { name, path, uuid, nested } = backup.facts;
      const facts = { host: world.replica ?? '', name, path, uuid, readOnly: true as const, nested, parent: null };
      return prove('replica', 'replica', facts);
    },
    planPrune: async () => plan('prune', { delete: ['2025-08-12-wipe'] }, ['2025-08-12-wipe']),
    prune: async () => {
      await note('prune');
      return prove('pruned', 'pruned', { host: 'oloroso', deleted: 1, staying: 1 });
    },
    showBackups: async () => ({ storage: 'oloroso', replica: world.replica, silent: null, rows: [] }),
    planRestore: async ({ restore }) => plan('restore', restore, [restore.user ?? 'everybody']),
    restoreHomes: async () => {
      await note('restore');
      return prove('restored', 'restored', { host: 'oloroso', snapshot: 'b', homes: 1 });
    },
    planRestoreDocker: async ({ restore }) =>
      plan('restore-docker', restore, [`asahi: /local/.docker/${restore.user}`]),
    restoreDocker: async () => {
      await note('restore docker');
      return prove('docker-restored', 'moved back', { hosts: 1, directories: 1 });
    },
    mailRestoredDocker: async () => {
      await note('mail restored docker');
      return prove('restored-mails', 'told', mailed(1));
    },
    mailRestored: async () => {
      await note('mail restored');
      return prove('restored-mails', 'told', mailed(1));
    },
  };
}
