import type { Proof } from '../../domain/proof.ts';

/** One thing that the doctor looked at. */
export interface DoctorCheck {
  /** `host key`, `login`, `sudo`, `layout`, `images`, `clock`, `free space`, `left behind`, `ID server` … */
  readonly check: string;
  /** Host, file or service. */
  readonly where: string;
  /** `wrong` makes the command fail; `cleaned` was wrong a moment ago; `skipped` could not be looked at, or needs not. */
  readonly state: 'ok' | 'warning' | 'wrong' | 'cleaned' | 'skipped';
  readonly found: string;
  /** What to do, complete; empty when all is well. */
  readonly remedy: string;
}

export interface DoctorReport {
  /** UTC. */
  readonly at: string;
  readonly site: string;
  readonly checks: readonly DoctorCheck[];
}

/** What a host shows before any login. */
export interface HostKeys {
  readonly host: string;
  /** As known_hosts names it. */
  readonly address: string;
  /** The file of this worker in which keys are pinned. */
  readonly file: string;
  /** The one to pin first. */
  readonly offered: readonly { readonly type: string; readonly fingerprint: string; readonly pinned: boolean }[];
  /** Pinned already, and shown no more. */
  readonly others: readonly { readonly type: string; readonly fingerprint: string }[];
}

/** `activities/doctor/activities.ts`: before anything is started. */
export interface DoctorActivities {
  /**
   * Looks at every credential and host; changes nothing, unless `fix`, which cleans what an earlier run left behind on the
   * hosts. Fails `ConfigInvalid` for a wrong site.yaml or `WrongSite`; all else is in the report.
   */
  doctor(a: { site: string; fix: boolean }): Promise<DoctorReport>;
  /** Connects without a login and reads the host's keys. Fails `Unreachable`. */
  offeredHostKeys(a: { host: string }): Promise<HostKeys>;
  /**
   * Pins the key of this fingerprint, if the host shows it now. Another pinned key is replaced only with `replace`.
   * Facts: `{host, fingerprint, file}`. Fails `ConfigInvalid`, `VerificationFailed`.
   */
  pinHostKey(a: { host: string; fingerprint: string; replace: boolean }): Promise<Proof<'host-key'>>;
}
