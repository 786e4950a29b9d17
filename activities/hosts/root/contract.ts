import { acts, reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { HostImage } from '../image/contract.ts';
import type { Proof } from '../../../domain/proof.ts';

/** The running root of a host, and its layout. */
export interface RootActivities {
  /**
   * R2: checks the layout of a reinstalled host (subvolumes, read-only, default, fstab, account, sudo, Docker scripts).
   * `fingerprint`: of its new host key, which a person read on the console. The key is pinned if the host shows it.
   */
  checkLayout(a: { host: string; fingerprint?: string }): Promise<Proof<'layout'>>;
  /** The running image of each host. Reports a host that does not answer as silent, without failing. */
  lookImages(a: { hosts: readonly string[] }): Promise<readonly HostImage[]>;
}

/** The authority that each activity needs. */
export const rootAuthority = {
  checkLayout: acts('reinstall'),
  lookImages: reads,
} as const satisfies AuthorityOf<RootActivities>;
