/**
 * The contract between workflows and the outside world. Each activity is safe to run twice: it looks at what is already
 * there, acts, verifies, and returns what it verified. Implementations: `createXActivities(deps)` in the file named.
 */
import type { Asked } from '../domain/asked.ts';
import type { Holders, SampledUse } from '../domain/gpu-holders.ts';
import type { PlanDiff, Planned, PlanRef } from '../domain/plan.ts';
import type { AbsenceProof, BackupProof, LockoutProof, Proof, ReplicaProof } from '../domain/proof.ts';
import type { Calendar, Semester } from '../domain/semester.ts';
import type { Kept, SiteView } from '../domain/site.ts';
import type { ApplicationActivities } from './applications/types.ts';
import type { ApprovalActivities } from './approvals/types.ts';
import type { GrantActivities } from './grant-types.ts';
import type { BackupActivities, ExcludeActivities } from './hosts/types.ts';
import type { BetweenActivities } from './hosts/between-types.ts';
import type { UpdateActivities } from './hosts/update-types.ts';
import type { DoctorActivities } from './doctor/types.ts';
import type { RehearsalActivities } from './rehearse/types.ts';
import type { PublishActivities } from './homepage/types.ts';
import type { PreviewActivities } from './mail/types.ts';
import type { LedgerState } from './store/store.ts';

export type { ApplicationAction } from '../domain/applications-due.ts';
export type { ApplicantLine, ApplicantPage, ApplicationActivities } from './applications/types.ts';
export type { Debt, GrantActivities } from './grant-types.ts';
export type { BackupRow, BackupTable } from './hosts/types.ts';
export type { FormActivities, PublishActivities } from './homepage/types.ts';
export type { BetweenActivities } from './hosts/between-types.ts';
export type { CanaryHealth, HostImage, UpdateActivities } from './hosts/update-types.ts';

/** Which try of which step this is. Names remote jobs: the same ref attaches to a running job, a new round starts anew. */
export interface StepRef {
  readonly workflow: string;
  readonly step: string;
  /** Raised by `retry`. */
  readonly round: number;
  /** A person says that it was done by hand: look and verify only, and say in the proof what cannot be looked up. */
  readonly byHand: boolean;
}

/** `activities/site.ts`: what is configured, and pages of stored documents. */
export interface SiteActivities {
  /** Reads site.yaml anew. Fails non-retryable `ConfigInvalid` with file, line and key; `WrongSite` if it serves another. */
  readSite(a: { site: string }): Promise<SiteView>;
  /** Validates the semester and computes its instants in the site's zone. Fails `ConfigInvalid`. */
  readCalendar(a: { semester: Semester }): Promise<Calendar>;
  /** The difference of two stored plans' bindings, the first 20 lines. */
  diffPlans(a: { before: string; after: string }): Promise<PlanDiff>;
  /** One page (at most 256 KB of canonical JSON text) of a stored plan; the CLI joins pages and recomputes the digest. */
  readPlanPage(a: { digest: string; page: number }): Promise<PlanPage>;
}

export interface PlanPage {
  readonly digest: string;
  readonly pages: number;
  readonly binding: string;
  /** A part of it: from the last page of the binding on, or after it. */
  readonly observed?: string;
}

/** One line of the ledger for people. */
export interface MailLine {
  readonly person: string;
  readonly kind: string;
  readonly edition: number;
  readonly state: LedgerState | 'planned';
  /** What the SMTP server said, or why not. */
  readonly answer: string | null;
  /** UTC; null for what is planned. */
  readonly at: string | null;
}

export interface MailPage {
  readonly pages: number;
  readonly lines: readonly MailLine[];
}

/** `activities/mail/`: R1's mails, and mails to the approvers. */
export interface MailActivities {
  /** Gate `notice`: exact recipients (members but the kept) and the rendered mails, of the notice and of the deadline mail. */
  planNotices(a: {
    semester: Semester;
    calendar: Calendar;
    /** Rises when a date changed after a notice went out. */
    edition: number;
    /** The date that people were told before, when this corrects it. */
    corrects?: string;
    keep: readonly Kept[];
    /** Digest of a `measureUsage` document. */
    usage: string;
    /** Which notice comes next: who has got it already, with whatever text, is told apart. */
    index?: number;
  }): Promise<PlanRef>;
  /**
   * Sends the notice of an approved plan, `index` of `semester.notices`. R1.1. Nobody is mailed twice.
   * A cancellation is honoured between two mails. `waived`: who has no address and was let pass by name.
   * Facts: `{sent, already, unknown, bounced, refused, noAddress}`.
   */
  sendNotices(a: { ref: StepRef; plan: string; index: number; waived?: readonly string[] }): Promise<Proof>;
  /** R1.2: the deadline mail of the approved plan's text, to who is a member at this moment (or was, and got a notice). */
  sendDeadlineMails(a: { ref: StepRef; plan: string; keep: readonly Kept[] }): Promise<Proof>;
  /** One page (at most 256 KB of JSON) of the ledger of a semester, without mails to approvers; `plan`: also who is planned. */
  listMails(a: { semester: string; plan?: string; page: number }): Promise<MailPage>;
  /** Records that the mails to an account or address came back: they count as not sent. Facts: `{user, mails}`. */
  recordBounce(a: { semester: string; plan: string | null; who: string; by: string }): Promise<Proof>;
  /**
   * Sends one person a notice again that may not have arrived (unknown, bounced, refused, no address), on somebody's word.
   * Fails `ProofMissing` when it is on record as sent. Facts: as `sendNotices`.
   */
  resendNotice(a: { plan: string; index: number; user: string; by: string }): Promise<Proof>;
  /** Mails every approver in their language. `key` makes it once: `gate:wipe:1:reminder-2`. */
  notifyApprovers(
    a: Asked & {
      workflow: string;
      semester: string;
      key: string;
      kind: 'gate' | 'attention' | 'reminder' | 'report' | 'refused' | 'next-semester';
      /** Gate or step. */
      about: string;
      /** Empty where the mail's own sentence says it all. */
      headline: string;
      lines: readonly string[];
      commands: readonly string[];
    },
  ): Promise<void>;
}

/** `activities/id-server/`: membership of the GPU group. */
export interface IdServerActivities {
  /** Gate `removal`: every member but the kept; lists who is also pending, exports the members to a file. */
  planRemoval(a: { semester: Semester; calendar: Calendar; edition: number; keep: readonly Kept[] }): Promise<PlanRef>;
  /** R1.3. Removes exactly the plan's members, reconciled by reading back. */
  removeMembers(a: { ref: StepRef; plan: string }): Promise<LockoutProof>;
  /** Whether everyone but the kept is out of the group now. Fails `ProofMissing` naming who is still in. */
  proveLockout(a: { keep: readonly Kept[] }): Promise<LockoutProof>;
}

/** `activities/hosts/`: R3 to R5, R9. */
export interface HostActivities extends BackupActivities, ExcludeActivities {
  /** du of homes (storage) and Docker data (each GPU host); stored, returned by digest. Hosts that are down are left out. */
  measureUsage(a: { ref: StepRef }): Promise<{ digest: string }>;
  /** R3. Warns whoever is logged in (`drain.warn`), then ends sessions, lingering managers and stray processes of everyone but system users and the kept; proves zero. */
  drainHost(a: {
    ref: StepRef;
    host: string;
    keep: readonly Kept[];
    /**
     * Closes logins by SSH first, to everyone but the administrators and the kept, until `openLogins`: survives reboots and new
     * roots. Proven by a login that the running sshd refuses; the proof says since when.
     */
    close?: boolean;
  }): Promise<AbsenceProof>;
  /** Looks only. Fails `ProofMissing` naming users and process ids. */
  proveAbsence(a: { host: string; keep: readonly Kept[] }): Promise<AbsenceProof>;
  /**
   * Opens logins again on these hosts, and proves it by what each running sshd says of somebody who tries. Says which had stayed
   * closed until now, whatever boots there were. Fails naming the hosts that stay closed. `held`: that
   * was looked at a moment ago, and is not looked at again. Facts: `{hosts, opened}`.
   */
  openLogins(a: { hosts: readonly string[]; held?: boolean }): Promise<Proof>;
  /** Gate `wipe`: every home by name with owner and size, every Docker directory on each host. */
  planWipe(a: { semester: Semester; edition: number; keep: readonly Kept[]; backup: BackupProof }): Promise<PlanRef>;
  /** R5 on the storage host. Deletes exactly the approved names; demands the proofs (rule 2) and looks at the backup again. */
  wipeHomes(a: { ref: StepRef; plan: string; proofs: WipeProofs }): Promise<Proof>;
  /** R5 on one GPU host. */
  wipeDocker(a: { ref: StepRef; plan: string; host: string; proofs: WipeProofs }): Promise<Proof>;
  /** R9. Who uses which GPU of one host. */
  gpuUsers(a: { host: string }): Promise<readonly GpuUse[]>;
  /** R9. The GPUs of one host, also those that nobody uses. */
  lookAtGpus(a: { host: string }): Promise<HostGpus>;
  /**
   * R7. Settles one subuid/subgid range for each user, the same on every host: the one they have anywhere, else one that is free
   * on all hosts that answer. Differing ones are named in `summary`, never renumbered. Facts: `{accounts, differing, down}`.
   */
  agreeDockerRanges(a: { users: readonly string[] }): Promise<Proof>;
  /**
   * R7. That range for each user who has none, in a writable window that is closed whatever happens.
   * Facts: `{host, granted, already, unknown, taken}`; names that are unknown, or whose range others have, are in `summary`.
   */
  grantDocker(a: { ref: StepRef; host: string; users: readonly string[] }): Promise<Proof>;
  /** Closes windows that a dead worker left open on a host, stops this workflow's jobs. The path of abort. */
  tidyHost(a: { workflow: string; host: string }): Promise<Proof>;
}

export interface WipeProofs {
  readonly keep: readonly Kept[];
  readonly lockout: LockoutProof;
  readonly absence: readonly AbsenceProof[];
  readonly backup: BackupProof;
  /** Demanded where the site has a replica. */
  readonly replica?: ReplicaProof | null;
  readonly waived: readonly string[];
}

export interface GpuUse extends SampledUse {
  readonly host: string;
}

export interface HostGpus {
  readonly host: string;
  /** UTC. */
  readonly at: string;
  readonly gpus: readonly {
    readonly index: string;
    readonly name: string;
    readonly memoryMiB: number;
    readonly usedMiB: number;
    readonly utilisation: number | null;
  }[];
  readonly uses: readonly GpuUse[];
}

/** What is known from samples: null where a host was never sampled. */
export interface SampledHosts {
  /** `gpus.sample` of site.yaml; null: off. */
  readonly every: string | null;
  readonly hosts: readonly { readonly host: string; readonly sampled: Holders | null }[];
}

/** `activities/gpu-samples.ts`: R9, who holds a GPU without using it. */
export interface GpuSampleActivities {
  gpuHolders(a: Record<never, never>): Promise<SampledHosts>;
}

/** What the factories make. */
export type Made = SiteActivities &
  GpuSampleActivities &
  PreviewActivities &
  MailActivities &
  IdServerActivities &
  HostActivities &
  UpdateActivities &
  BetweenActivities &
  PublishActivities &
  ApplicationActivities &
  ApprovalActivities &
  GrantActivities &
  DoctorActivities &
  RehearsalActivities;

/** As workflows call them: who makes a gate's plan reads the site in the same look. See `withSite`. */
export type Activities = {
  [K in keyof Made]: Made[K] extends (a: infer A) => Promise<PlanRef> ? (a: A) => Promise<Planned> : Made[K];
};
