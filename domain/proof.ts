import type { Kept } from './site.ts';
/** A verified fact, recorded in history. `facts` are small, plain and never hold a secret. */
export interface Proof {
  readonly what: string;
  /** When it was verified, UTC ISO-8601. */
  readonly at: string;
  /** One line for people. */
  readonly summary: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** Whether the service did it or found it done by hand. */
  readonly how: 'service' | 'found' | 'by-hand';
}

/** Everyone but the kept is out of the group. */
export interface LockoutProof extends Proof {
  readonly what: 'lockout';
}

/** Nobody but the kept has a process on `facts.host`. */
export interface AbsenceProof extends Proof {
  readonly what: 'absence';
  readonly facts: {
    readonly host: string;
    readonly processes: number;
    readonly bootId: string;
    /** Since when logins there are closed without a gap, where they were to be; UTC. */
    readonly closedSince?: string;
  };
}

/** Only administrators and the kept can log in to `facts.host` by SSH: its sshd said so of somebody who tried. */
export interface LoginsProof extends Proof {
  readonly what: 'logins-closed';
  readonly facts: {
    readonly host: string;
    /** Since when, without a gap; UTC. Where the lock is made anew, it is another one. */
    readonly since: string;
  };
}

/** A read-only snapshot of every home. */
export interface BackupProof extends Proof {
  readonly what: 'backup';
  readonly facts: {
    /** `2027-02-11-wipe` */
    readonly name: string;
    readonly path: string;
    readonly uuid: string;
    readonly readOnly: true;
    readonly generation: number;
    /** How many subvolumes nested in /csehome were snapshotted beside it. */
    readonly nested: number;
  };
}

/** A copy of the backup, and of what was nested in it, on another machine. */
export interface ReplicaProof extends Proof {
  readonly what: 'replica';
  readonly facts: {
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
}

export interface ImageProof extends Proof {
  readonly what: 'image';
  readonly facts: {
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
}

export interface HostUpdateProof extends Proof {
  readonly what: 'host-update';
  readonly facts: {
    readonly host: string;
    readonly image: string;
    readonly bootIdBefore: string;
    readonly bootIdAfter: string;
    readonly defaultSubvolume: string;
  };
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
