import type { AuditExport, Execution } from '../../signing/export-format.ts';

/** An act as the journals remember it: the service was about to do it. */
export interface FoundAct {
  /** UTC. */
  readonly at: string;
  readonly activity: string;
  /** Empty outside of a workflow. */
  readonly workflow: string;
  readonly host?: string;
  /** The marks of the mails that were about to go. */
  readonly mails?: readonly string[];
}

/** A record of a remote job on a host. */
export interface FoundJob {
  readonly host: string;
  readonly unit: string;
  /** `semester/2027-spring@RUN` */
  readonly workflow: string;
  /** When it started, UTC. */
  readonly at: string;
}

/** A mail of the ledger that left, or may have left. */
interface FoundMail {
  readonly semester: string;
  readonly kind: string;
  readonly person: string;
  readonly at: string;
  /** By which a journal names it. */
  readonly mark: string;
}

/** A decision about an applicant, by which the service accepts or rejects. */
export interface FoundDecision {
  readonly user: string;
  readonly verdict: 'approve' | 'reject';
  readonly by: readonly string[];
  /** When the approver said it, UTC. */
  readonly said: string;
}

/** What the store holds of the audited semester. */
export interface FoundLedger {
  readonly mails: readonly FoundMail[];
  readonly decisions: readonly FoundDecision[];
  /** Whom an approved list accepts, by the digest of its plan. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Who stays by the approved plan of the removal; null: there is none. */
  readonly staying: readonly string[] | null;
}

/** The group on the ID server now. */
export interface FoundGroup {
  readonly group: string;
  readonly members: readonly string[];
  /** Those who sign in as members of groups above it. */
  readonly implied: readonly string[];
  /** Exempt by site.yaml now. */
  readonly exempt: readonly string[];
}

/** What was done, as hosts, ID server and store show it, and not the histories. */
export interface Found {
  readonly acts: readonly FoundAct[];
  readonly jobs: readonly FoundJob[];
  /** Null: it could not be read. */
  readonly ledger: FoundLedger | null;
  readonly group: FoundGroup | null;
  /** Histories of other workflows that acted meanwhile, and of those of the file that acted after the export. */
  readonly executions: readonly Execution[];
  readonly allowedSigners: AuditExport['allowedSigners'];
  /** What could not be read, why, and how to give access. */
  readonly gaps: readonly string[];
}

/** What an audit of the file alone leaves out. */
export const NOT_COMPARED: readonly string[] = [
  'the hosts: the journals of acts, and the records of jobs',
  'the ID server: who left or joined the group, and who was accepted or rejected',
  'the ledger: the mails that were sent',
].map((source) => `${source}. On the worker's machine, with its secrets: semester audit NAME --site site.yaml`);
