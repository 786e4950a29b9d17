import type { Proof } from '../../domain/proof.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { StepRef } from '../types.ts';

/** One thing that is due in R7. */
export interface ApplicationAction {
  readonly kind:
    | 'accept'
    | 'reject'
    | 'grant-docker'
    | 'mail-accepted'
    | 'mail-rejected'
    | 'mail-missing-request'
    | 'mail-missing-survey'
    | 'mail-problems';
  readonly user: string;
  /** The ID server's row number of the account; null where the account is not known. */
  readonly uid: number | null;
  /** Of a mail: the how many-th of its kind to this person. */
  readonly edition?: number;
}

/** `activities/applications.ts`: R7. What is due follows from survey, group, ledger and grants; nothing else is remembered. */
export interface ApplicationActivities {
  /** Remembers who was pending before publication: listed, not nudged. Facts: `{pending}`. */
  recordBaseline(a: { semester: Semester }): Promise<Proof>;
  /** What is due now (at most 50). Fails BENIGN `NothingNew` when nothing is, `SourceUnreachable` when it cannot look. */
  pollApplications(a: { semester: Semester; calendar: Calendar }): Promise<{ actions: readonly ApplicationAction[] }>;
  /** Accepts pending requests, reconciled by reading back. Facts: `{accepted, already, gone}`. */
  acceptApplicants(a: { ref: StepRef; users: readonly ApplicationAction[] }): Promise<Proof>;
  /** Takes away the pending requests of who was rejected, never a membership. Facts: `{rejected, gone}`. */
  rejectApplicants(a: { ref: StepRef; users: readonly ApplicationAction[] }): Promise<Proof>;
  /** Sends the mails that are due, by the ledger. Facts: `{sent, already, unknown, noAddress}`. */
  mailApplicants(a: {
    ref: StepRef;
    semester: Semester;
    calendar: Calendar;
    mails: readonly ApplicationAction[];
  }): Promise<Proof>;
  /** Records that a user's Docker grant is done or owed on every host, so that it is not due again. */
  recordGrants(a: { semester: string; users: readonly string[] }): Promise<void>;
}
