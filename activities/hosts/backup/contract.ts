import type { Proof } from '../../../domain/proof.ts';
import type { Kept } from '../../../domain/site.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Semester } from '../../../domain/semester.ts';
import type { Stay } from '../../../domain/retention.ts';
import type { StepRef } from '../../../domain/step.ts';

export interface BackupRow {
  readonly name: string;
  /** Since the day of its name; null where it names none. */
  readonly days: number | null;
  /** With what was nested: in all, and what deleting it would free; null where that takes too long to measure. */
  readonly bytes: { readonly total: number; readonly own: number } | null;
  readonly readOnly: boolean;
  readonly nested: number;
  /** Null where the site has no replica. */
  readonly replica: 'whole' | 'partly' | 'missing' | 'unknown' | null;
  /** The last day on which it must be there, YYYY-MM-DD. */
  readonly mayGoAfter: string | null;
  /** Why it stays today; null: it may go. */
  readonly stays: Stay | null;
}

export interface BackupTable {
  readonly storage: string;
  readonly replica: string | null;
  /** Why the replica could not be looked at. */
  readonly silent: string | null;
  readonly rows: readonly BackupRow[];
}

/** R4: backups and how long they stay. */
export interface BackupActivities {
  /**
   * R4. Read-only snapshot `<date>-wipe` of /csehome with what is nested in it. `since`: newer than the last absence proof.
   * Compared with the live tree by samples; `keep`: who may be writing meanwhile.
   */
  takeBackup(a: { ref: StepRef; since: string; keep?: readonly Kept[] }): Promise<Proof<'backup'>>;
  /** Gate `prune`: backups older than two quarters, never the newest or the only one. */
  planPrune(a: { semester: Semester; backup: Proof<'backup'> | null }): Promise<PlanRef>;
  prune(a: { ref: StepRef; plan: string }): Promise<Proof<'pruned'>>;
  /** `semester backups`: each with age, size, replica, and when it may go. Looks only. */
  showBackups(a: Readonly<Record<never, never>>): Promise<BackupTable>;
}
