import type { LedgerState } from '../../../domain/ledger.ts';

/** What two people approve: names as percent-encoded bytes. */
export interface WipeBinding {
  readonly semester: string;
  readonly edition: number;
  readonly storage: string;
  readonly home: string;
  readonly homes: readonly { readonly name: string; readonly owner: string }[];
  readonly dockerDirectory: string;
  /** By host. */
  readonly docker: Readonly<Record<string, readonly string[]>>;
  /** Of `layout.alsoWipe`: by host and directory. */
  readonly also: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Excluded hosts: in their Docker data everything but what is kept goes when they return. */
  readonly deferred: readonly string[];
  readonly kept: readonly string[];
  /** Owners of homes whom no notice is known to have reached: each is waived by name, or nothing is deleted. */
  readonly unnoticed: readonly string[];
  /** UUID of the snapshot. */
  readonly backup: string;
  readonly site: string;
}

export interface WipeObserved {
  readonly at: string;
  readonly homes: Readonly<Record<string, SeenHome>>;
  /** Bytes by host and name. */
  readonly docker: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Bytes by host, directory and name. */
  readonly also: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;
  /** What else lies beside the Docker data on each host, and stays. */
  readonly stays: Readonly<Record<string, readonly string[]>>;
  readonly freeBytes: number;
  /** Bytes free by GPU host. */
  readonly free: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

export interface SeenHome {
  readonly bytes: number;
  readonly files: number;
  /** Newest change below it, Unix seconds. */
  readonly newest: number;
  /** The owner's last login on any host, Unix seconds; null where no host knows of one. */
  readonly lastLogin: number | null;
  /** When a notice reached the owner, UTC; else the state of their newest mail, or null where there was none. */
  readonly notice: { readonly at: string | null; readonly state: LedgerState | null };
}
