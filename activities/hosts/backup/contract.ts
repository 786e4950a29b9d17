import type { Proof } from '../../../domain/proof.ts';
import { acts, needsNone, plans, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { Exemption } from '../../../domain/site.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Semester } from '../../../domain/semester.ts';
import type { Stay } from '../../../domain/retention.ts';
import type { StepRef } from '../../../domain/step.ts';

export interface BackupRow {
  readonly name: string;
  /** Age since the day in its name; null if it names none. */
  readonly days: number | null;
  /** With nested subvolumes: in all, and freed by deletion; null if measuring takes too long. */
  readonly bytes: { readonly total: number; readonly own: number } | null;
  readonly readOnly: boolean;
  readonly nested: number;
  /** Null if the site has no replica. */
  readonly replica: 'whole' | 'partly' | 'missing' | 'unknown' | null;
  /** The last day of its retention, YYYY-MM-DD. */
  readonly mayGoAfter: string | null;
  /** Why it stays today; null: it may be deleted. */
  readonly stays: Stay | null;
}

export interface BackupTable {
  readonly storage: string;
  readonly replica: string | null;
  /** Why the replica could not be inspected. */
  readonly silent: string | null;
  readonly rows: readonly BackupRow[];
}

/** R4: backups and their retention. */
export interface BackupActivities {
  /**
   * R4. Takes a read-only snapshot `<date>-wipe` of /csehome and its nested subvolumes. `since`: newer than the last
   * proof of absence. Compares samples with the live tree; `keep`: accounts that may be writing meanwhile.
   */
  takeBackup(a: { ref: StepRef; since: string; keep?: readonly Exemption[] }): Promise<Proof<'backup'>>;
  /** Gate `prune`: backups older than two quarters, never the newest or the only one. */
  planPrune(a: { semester: Semester; backup: Proof<'backup'> | null }): Promise<PlanRef>;
  prune(a: { ref: StepRef; plan: string }): Promise<Proof<'pruned'>>;
  /** `semester backups`: each with age, size, replica, and end of its retention. Only inspects. */
  showBackups(a: Readonly<Record<never, never>>): Promise<BackupTable>;
}

/** The authority that each activity needs. */
export const backupAuthority = {
  takeBackup: needsNone('a read-only snapshot deletes nothing'),
  planPrune: plans('prune'),
  prune: acts('prune'),
  showBackups: reads,
} as const satisfies AuthorityOf<BackupActivities>;
