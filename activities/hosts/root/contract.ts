import type { HostImage } from '../image/contract.ts';
import type { Proof } from '../../../domain/proof.ts';

/** What runs on a host, and how it is laid out. */
export interface RootActivities {
  /**
   * R2, reinstall: checks layout (subvolumes, read-only, default, fstab, account, sudo, docker scripts) of a reinstalled host.
   * `fingerprint`: of its new host key, as a person read it on the console; it is pinned when the host offers that key.
   */
  checkLayout(a: { host: string; fingerprint?: string }): Promise<Proof<'layout'>>;
  /** What each host runs; one that does not answer is said to be silent, and fails nothing. */
  lookImages(a: { hosts: readonly string[] }): Promise<readonly HostImage[]>;
}
