import type { Handlers } from '../../domain/handlers.ts';
import { needsNone, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { Language } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';

/** One check of the doctor. */
export interface DoctorCheck {
  /** `host key`, `login`, `sudo`, `layout`, `images`, `clock`, `free space`, `trash`, `left behind`, `system`, `boot`, `ID server` … */
  readonly check: string;
  /** The name of the check in the reader's language. */
  readonly title: string;
  /** Host, file or service. */
  readonly where: string;
  /** `wrong` makes the command fail; `cleaned` was wrong and is fixed; `skipped` could not run, or need not. */
  readonly state: 'ok' | 'warning' | 'wrong' | 'cleaned' | 'skipped';
  readonly found: string;
  /** What to do, in full; empty if nothing is wrong. Like `found` in the reader's language. */
  readonly remedy: string;
}

export interface DoctorReport {
  /** UTC. */
  readonly at: string;
  readonly site: string;
  readonly checks: readonly DoctorCheck[];
}

/** The keys that a host offers before any login. */
export interface HostKeys {
  readonly host: string;
  /** The host's name in known_hosts. */
  readonly address: string;
  /** This worker's known_hosts file. */
  readonly file: string;
  /** The preferred key first. */
  readonly offered: readonly { readonly type: string; readonly fingerprint: string; readonly pinned: boolean }[];
  /** Pinned keys that the host no longer offers. */
  readonly others: readonly { readonly type: string; readonly fingerprint: string }[];
}

/** Checks before a start. */
export type DoctorActivities = Handlers<{
  /**
   * Checks every credential, service and host. Changes nothing, unless `fix` is set: then it cleans leftovers of
   * earlier runs on the hosts. The report is in `language`, but for the words of errors. `only: 'system'` asks each GPU server just whether the service can update it;
   * `'left'` asks for what a semester left to its successor: hosts with closed logins, and trash on hosts that left site.yaml. Fails with
   * `ConfigInvalid` or `WrongSite`; everything else is in the report.
   */
  doctor(a: { site: string; fix: boolean; language: Language; only?: 'system' | 'left' }): Promise<DoctorReport>;
  /** Connects without a login and reads the host's keys. Fails with `Unreachable`. */
  offeredHostKeys(a: { host: string }): Promise<HostKeys>;
  /**
   * Pins the key with this fingerprint if the host offers it now. Replaces another pinned key only with `replace`.
   * Facts: `{host, fingerprint, file}`. Fails with `ConfigInvalid`, `VerificationFailed`.
   */
  pinHostKey(a: { host: string; fingerprint: string; replace: boolean }): Promise<Proof<'host-key'>>;
}>;

/** The authority of each activity. */
export const doctorAuthority = {
  doctor: needsNone('a person asks for it; --fix cleans only leftovers of a run'),
  offeredHostKeys: reads,
  pinHostKey: needsNone('a person types the fingerprint'),
} as const satisfies AuthorityOf<DoctorActivities>;
