import type { Kept } from './site.ts';

/** How many mails of a run got which answer of the ledger. */
interface MailCounts {
  readonly sent: number;
  readonly already: number;
  /** Cut off: it may have arrived. */
  readonly unknown: number;
  readonly bounced: number;
  readonly refused: number;
  readonly noAddress: number;
}

interface Post {
  readonly path: string;
  readonly commit: string;
  readonly bytes: number;
  /** Its address, where the post is only proposed. */
  readonly pullRequest?: string;
}

/**
 * What each kind of proof states. Facts are small, plain and never hold a secret. The file of a gate (`domain/gates/`) adds
 * the proofs that belong to this gate alone.
 */
export interface ProofFacts {
  // The site before any start.
  'host-key': { readonly host: string; readonly fingerprint: string; readonly file: string };
  layout: { readonly host: string; readonly hints: number };

  // R1: mails and the group.
  notices: MailCounts;
  'deadline-mails': MailCounts;
  'notice-resent': MailCounts;
  bounce: { readonly user: string; readonly mails: number };
  /** A pause stopped a run of mails between two of them. */
  'stopped-by-pause': Readonly<Record<never, never>>;
  /** Only the exempt accounts are in the group. */
  lockout: {
    readonly group: string;
    readonly removed: number;
    readonly already: number;
    readonly staying: number;
    readonly newcomers: number;
  };

  // R3: who can be on a host.
  /** Only exempt accounts have a process on `host`. */
  absence: {
    readonly host: string;
    readonly processes: number;
    /** Empty for an excluded host that does not answer. */
    readonly bootId: string;
    /** Since when logins there are closed without a gap, where they had to be; UTC. */
    readonly closedSince?: string;
  };
  /** Only administrators and exempt accounts can log in to `host` by SSH: its sshd refuses a login that is tried. */
  'logins-closed': {
    readonly host: string;
    /** Since when, without a gap; UTC. A lock that is made anew has another instant. */
    readonly since: string;
  };
  'logins-open': { readonly hosts: number; readonly opened: number };
  /** `closed`: a semester keeps logins closed now. */
  included: { readonly host: string; readonly closed: boolean };
  /** No deferred wipe of this host is left. */
  wiped: { readonly host: string };
  /** How many hosts keep Docker data that was not wiped. */
  'deferred-wipes-ended': { readonly hosts: number };

  // R4: backups.
  /** A read-only snapshot of every home. */
  backup: {
    /** `2027-02-11-wipe` */
    readonly name: string;
    readonly path: string;
    readonly uuid: string;
    readonly readOnly: true;
    readonly generation: number;
    /** How many subvolumes nested in /csehome were snapshotted beside it. */
    readonly nested: number;
  };
  /** A copy of the backup, and of what was nested in it, on another machine. */
  replica: {
    /** The machine that has it. */
    readonly host: string;
    readonly name: string;
    readonly path: string;
    /** UUID of the backup that it is a copy of, which is its Received UUID. */
    readonly uuid: string;
    readonly readOnly: true;
    readonly nested: number;
    /** The earlier backup that it was sent on top of; null: sent whole, or found there. */
    readonly parent: string | null;
  };
  'restored-mails': MailCounts;

  // R2, R8: images and roots.
  'leader-updated': { readonly host: string; readonly changes: number };
  image: {
    /** `2027-02-12-gpu-update` */
    readonly name: string;
    readonly path: string;
    /** Snapshot it was sent from. */
    readonly snapshotUuid: string;
    /** Parent snapshot's name, or null for a full image. */
    readonly parent: string | null;
    readonly bytes: number;
    readonly sha256: string;
    /** How many packages changed; 0 means that there is nothing to roll out. */
    readonly changes: number;
  };
  'images-pruned': { readonly deleted: number; readonly kept: number };
  /** A host runs a newer image than the deferred one. */
  'image-found': { readonly host: string; readonly image: string | null };
  'image-received': { readonly host: string; readonly image: string };
  'root-prepared': { readonly host: string; readonly image: string };
  /** `due`: the boot `bootId` runs another root, and must end. */
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
  /** `open` is null where a person closes the form. */
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
  /** Counts are null where a person ended them. */
  applications: { readonly accepted: number | null; readonly mailed: number | null };
  'docker-ranges': { readonly accounts: number; readonly differing: number; readonly down: number };
  'docker-granted': {
    readonly host: string;
    readonly granted: number;
    readonly already: number;
    readonly unknown: number;
    readonly taken: number;
  };

  // What `host/<name>` does later.
  'image-deferred': { readonly host: string; readonly image: string };
  'docker-deferred': { readonly host: string; readonly users: number };
}

export type ProofKind = keyof ProofFacts;

/** Whether the service did it or found it done by hand. */
export type ProofOrigin = 'service' | 'found' | 'by-hand';

/** One kind of proof: what a function that makes several kinds returns. */
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

/** What a wipe rests on. */
export interface WipeProofs {
  readonly keep: readonly Kept[];
  readonly lockout: Proof<'lockout'>;
  readonly absence: readonly Proof<'absence'>[];
  readonly backup: Proof<'backup'>;
  /** Demanded where the site has a replica. */
  readonly replica?: Proof<'replica'> | null;
  readonly waived: readonly string[];
}
