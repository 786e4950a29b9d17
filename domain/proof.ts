import type { Exemption } from './site.ts';

/** Mails of a run, counted by their state in the ledger. */
interface MailCounts {
  readonly sent: number;
  readonly already: number;
  /** The connection ended after DATA: the mail may have arrived. */
  readonly unknown: number;
  readonly bounced: number;
  readonly refused: number;
  readonly noAddress: number;
}

interface Post {
  readonly path: string;
  readonly commit: string;
  readonly bytes: number;
  /** Address of the pull request, if the post is only proposed. */
  readonly pullRequest?: string;
}

/**
 * The facts of each kind of proof. They are small plain JSON and contain no secret. The file of a gate (`domain/gates/`) adds the
 * proofs that belong to this gate alone.
 */
export interface ProofFacts {
  // Checks of a site before the first start.
  'host-key': { readonly host: string; readonly fingerprint: string; readonly file: string };
  layout: { readonly host: string; readonly hints: number };

  // R1: mails and the group.
  notices: MailCounts;
  'deadline-mails': MailCounts;
  'notice-resent': MailCounts;
  bounce: { readonly user: string; readonly mails: number };
  /** A pause or new dates stopped a mail run between two mails. */
  'mails-stopped': Readonly<Record<never, never>>;
  /** Only the exempt accounts are in the group. */
  lockout: {
    readonly group: string;
    readonly removed: number;
    readonly already: number;
    readonly staying: number;
    readonly newcomers: number;
  };

  // R3: who can use a host.
  /** Only exempt accounts have a process on `host`. */
  absence: {
    readonly host: string;
    readonly processes: number;
    /** Empty for an excluded host that does not answer. */
    readonly bootId: string;
    /** Since when logins have been closed without a gap, if they had to be closed; UTC. */
    readonly closedSince?: string;
  };
  /** Only administrators and exempt accounts can log in to `host` by SSH: sshd refused a test login. */
  'logins-closed': {
    readonly host: string;
    /** Since when, without a gap; UTC. A new lock has a new instant. */
    readonly since: string;
  };
  'logins-open': { readonly hosts: number; readonly opened: number };
  /** `closed`: a running semester keeps logins closed. */
  included: { readonly host: string; readonly closed: boolean };
  /** This host has no deferred wipe left. */
  wiped: { readonly host: string };
  /** On how many hosts a deferred task ended before it was done. */
  'deferred-ended': { readonly hosts: number };
  /** A deferred wipe ended; `left`: how many approved entries are left; null: the wipe had not begun. */
  'wipe-ended': { readonly host: string; readonly stopped: number; readonly left: number | null };

  // R4: backups.
  /** A read-only snapshot of every home. */
  backup: {
    /** `2027-02-11-wipe` */
    readonly name: string;
    readonly path: string;
    readonly uuid: string;
    readonly readOnly: true;
    readonly generation: number;
    /** How many subvolumes nested in /csehome got a snapshot of their own. */
    readonly nested: number;
  };
  /** A copy of the backup and of its nested subvolumes on another machine. */
  replica: {
    /** The machine that holds the copy. */
    readonly host: string;
    readonly name: string;
    readonly path: string;
    /** UUID of the source backup; equals the Received UUID of the copy. */
    readonly uuid: string;
    readonly readOnly: true;
    readonly nested: number;
    /** The earlier backup that it was sent on top of; null: sent in full, or already present. */
    readonly parent: string | null;
  };
  'restored-mails': MailCounts;

  // R2, R8: images and roots.
  'leader-updated': { readonly host: string; readonly changes: number };
  image: {
    /** `2027-02-12-gpu-update` */
    readonly name: string;
    readonly path: string;
    /** UUID of the snapshot that was sent. */
    readonly snapshotUuid: string;
    /** Parent snapshot's name, or null for a full image. */
    readonly parent: string | null;
    readonly bytes: number;
    readonly sha256: string;
    /** How many packages changed; 0: nothing to roll out. */
    readonly changes: number;
  };
  'images-pruned': { readonly deleted: number; readonly kept: number };
  /** A host runs a newer image than the deferred one. */
  'image-found': { readonly host: string; readonly image: string | null };
  'image-received': { readonly host: string; readonly image: string };
  'root-prepared': { readonly host: string; readonly image: string };
  /** `due`: the boot `bootId` runs another root, so the host must reboot. */
  'root-swapped': { readonly host: string; readonly bootId: string; readonly due: boolean };
  'host-update': {
    readonly host: string;
    readonly image: string;
    readonly bootIdBefore: string;
    readonly bootIdAfter: string;
    readonly defaultSubvolume: string;
  };
  tidied: { readonly host: string; readonly stopped: number; readonly window: string };
  'gpus-idle': { readonly host: string };
  'update-mails': MailCounts;
  prepared: { readonly ready: number; readonly rest: number };
  canary: { readonly host: string; readonly healthy: boolean };
  'rolled-out': { readonly updated: number; readonly deferred: number };
  'fleet-update': {
    readonly outcome: string;
    readonly image: string | null;
    readonly updated: number;
    readonly followers: number;
  };

  // R6: form and homepage.
  /** The form opens at `url`. */
  form: { readonly url: string; readonly status: number };
  'form-made': { readonly id: string; readonly url: string; readonly open: boolean };
  /** `open` is null if a person closes the form. */
  'form-closed': { readonly open: boolean | null };
  post: Post;
  merged: Post;
  page: { readonly url: string };

  // R7: applications and Docker.
  baseline: { readonly pending: number };
  /** Approvers accepted a list. */
  approved: { readonly approved: number };
  /** An approver decided about single applicants. */
  judged: { readonly decided: number };
  accepted: { readonly accepted: number; readonly already: number; readonly gone: number };
  rejected: { readonly rejected: number; readonly gone: number };
  'applicants-mailed': Omit<MailCounts, 'bounced'> & { readonly gone: number };
  /** Counts are null if a person ended the step by hand. */
  applications: { readonly accepted: number | null; readonly mailed: number | null };
  'docker-ranges': { readonly accounts: number; readonly differing: number; readonly down: number };
  'docker-granted': {
    readonly host: string;
    readonly granted: number;
    readonly already: number;
    readonly unknown: number;
    readonly taken: number;
  };

  // Deferred tasks of `host/<name>`.
  'image-deferred': { readonly host: string; readonly image: string };
  'docker-deferred': { readonly host: string; readonly users: number };
}

export type ProofKind = keyof ProofFacts;

/** `service`: the service did it; `found`: it was already done; `by-hand`: a person reported it done. */
export type ProofOrigin = 'service' | 'found' | 'by-hand';

/** A proof of one kind: the return type of functions that make several kinds. */
export interface ProofOf<W extends ProofKind> {
  readonly what: W;
  /** When it was verified, UTC ISO-8601. */
  readonly at: string;
  /** One line for people. */
  readonly summary: string;
  readonly facts: ProofFacts[W];
  readonly how: ProofOrigin;
}

/** A verified fact, recorded in history: a union by `what`. */
export type Proof<W extends ProofKind = ProofKind> = { [K in W]: ProofOf<K> }[W];

/** The proofs that a wipe requires. */
export interface WipeProofs {
  readonly keep: readonly Exemption[];
  readonly lockout: Proof<'lockout'>;
  readonly absence: readonly Proof<'absence'>[];
  readonly backup: Proof<'backup'>;
  /** Required if the site has a replica host. */
  readonly replica?: Proof<'replica'> | null;
  readonly waived: readonly string[];
}
