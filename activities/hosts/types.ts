import type { PlanRef } from '../../domain/plan.ts';
import type { BackupProof, Proof, ReplicaProof } from '../../domain/proof.ts';
import type { RestoreInput } from '../../domain/restore.ts';
import type { Stay } from '../../domain/retention.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Kept } from '../../domain/site.ts';
import type { StepRef } from '../types.ts';

/** R4: backups, their replicas, how long they stay, and what comes back from them. */
export interface BackupActivities {
  /**
   * R4. Read-only snapshot `<date>-wipe` of /csehome with what is nested in it. `since`: newer than the last absence proof.
   * Compared with the live tree by samples; `keep`: who may be writing meanwhile.
   */
  takeBackup(a: { ref: StepRef; since: string; keep?: readonly Kept[] }): Promise<BackupProof>;
  /** R4, the group's policy: the backup on the site's `replica` as well, by btrfs send and receive. Fails `ConfigInvalid` without one. */
  replicateBackup(a: { ref: StepRef; backup: BackupProof }): Promise<ReplicaProof>;
  /** Gate `prune`: backups older than two quarters, never the newest or the only one. */
  planPrune(a: { semester: Semester; backup: BackupProof | null }): Promise<PlanRef>;
  prune(a: { ref: StepRef; plan: string }): Promise<Proof>;
  /** `semester backups`: each with age, size, replica, and when it may go. Looks only. */
  showBackups(a: Readonly<Record<never, never>>): Promise<BackupTable>;
  /** Gate `restore`: whose home comes back from which backup to where; never over what is there. */
  planRestore(a: { restore: RestoreInput }): Promise<PlanRef>;
  /** Restores exactly the approved homes and looks at them. Facts: `{host, snapshot, homes, found}`. */
  restoreHomes(a: { ref: StepRef; plan: string }): Promise<Proof>;
  /** Tells each owner where their data is. Facts: `{sent, already, unknown, refused, noAddress}`. */
  mailRestored(a: { ref: StepRef; plan: string; name: string }): Promise<Proof>;
}

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

/** A host that is broken for weeks. */
export interface ExcludeActivities {
  /** Gate `exclude`: the storage host stops exporting the homes to it. Fails `ConfigInvalid` for the leader. */
  planExclude(a: { host: string; reason: string }): Promise<PlanRef>;
  /** Stops the export, looks that it is so, and records that the host is excluded. Facts: `{host, exported}`. */
  excludeHost(a: { ref: StepRef; plan: string; by: string }): Promise<Proof>;
  /** Exports to it again, and forgets that it was excluded. Facts: `{host, closed}`; closed: a semester keeps logins closed now. */
  includeHost(a: { ref: StepRef; host: string }): Promise<Proof>;
}
