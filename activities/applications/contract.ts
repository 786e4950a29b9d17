import type { Handlers } from '../../domain/handlers.ts';
import { acts, needsNone, plans, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { ApplicantVerdict } from '../../domain/judgement.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { ApplicantState } from '../../domain/applicant.ts';
import type { ApplicationAction } from '../../domain/applications-due.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { SignedWith } from '../../domain/statement.ts';
import type { StepRef } from '../../domain/step.ts';

/** One application for people. */
export interface ApplicantLine {
  readonly user: string;
  readonly state: ApplicantState;
  /** Since when a half of it is known, or who decided last did; UTC. */
  readonly since: string | null;
  readonly nudges: number;
  /** Problems, near misses, decisions. */
  readonly notes: readonly string[];
}

export interface ApplicantPage {
  readonly pages: number;
  readonly lines: readonly ApplicantLine[];
  /** With the first page: rows of the survey, and requests, that cannot be used. */
  readonly unusable: readonly string[];
}

/** `activities/applications/activities.ts`: R7. What is due follows from survey, group, ledger and grants; nothing else is remembered. */
export type ApplicationActivities = Handlers<{
  /** Remembers who was pending before publication: listed, not nudged. Facts: `{pending}`. */
  recordBaseline(a: { semester: Semester }): Promise<Proof<'baseline'>>;
  /**
   * What is due now (at most 50), and whether a day's list waits for people, who were asked last at `askedAt` (null: they are
   * asked now). Fails BENIGN `NothingNew` when nothing is; `Unreachable`, saying since when, when it cannot look.
   */
  pollApplications(a: {
    semester: Semester;
    calendar: Calendar;
    askedAt: string | null;
  }): Promise<{ actions: readonly ApplicationAction[]; review: boolean }>;
  /** Gate `applications`: who was complete by `until` and nobody has decided about. */
  planApplications(a: { semester: Semester; until: string }): Promise<PlanRef>;
  /** Records that approvers let in everybody of the plan. Facts: `{approved}`. */
  approveListed(a: { semester: Semester; plan: string; by: readonly string[] }): Promise<Proof<'approved'>>;
  /**
   * Checks and records what an approver decided about single people: all of them, or nobody where one cannot be. Fails
   * `CommandFailed` with the reason: unknown, a member, banned, decided later, or a signature that is missing or not good.
   * `signed` is null where it is not signed and need not be.
   */
  judgeApplicants(a: {
    semester: Semester;
    judgement: ApplicantVerdict;
    workflow: string;
    run: string;
    signed: boolean;
  }): Promise<Proof<'judged'> & { readonly signed: SignedWith | null }>;
  /**
   * Mails the approvers a filled-in semester.yaml for the semester after this one, once a week from `nextSemesterFrom` on.
   * Fails BENIGN `NothingNew` until a later semester runs: then its name.
   */
  proposeNextSemester(a: { semester: Semester; calendar: Calendar; workflow: string }): Promise<{ started: string }>;
  /** One page (at most 240 KB of JSON) of everybody's application, for people. Records nothing. */
  listApplicants(a: { semester: string; page: number }): Promise<ApplicantPage>;
  /** Accepts pending requests, reconciled by reading back. Facts: `{accepted, already, gone}`. */
  acceptApplicants(a: { ref: StepRef; users: readonly ApplicationAction[] }): Promise<Proof<'accepted'>>;
  /** Takes away the pending requests of who was rejected, never a membership. Facts: `{rejected, gone}`. */
  rejectApplicants(a: { ref: StepRef; users: readonly ApplicationAction[] }): Promise<Proof<'rejected'>>;
  /** Sends the mails that are due, by the ledger. Facts: `{sent, already, unknown, noAddress}`. */
  mailApplicants(a: {
    ref: StepRef;
    semester: Semester;
    calendar: Calendar;
    mails: readonly ApplicationAction[];
  }): Promise<Proof<'applicants-mailed'>>;
  /** Records that a user's Docker grant is done or owed on every host, so that it is not due again. */
  recordGrants(a: { semester: string; users: readonly string[] }): Promise<void>;
}>;

/** By what right each of them acts. */
export const applicationAuthority = {
  recordBaseline: reads,
  pollApplications: reads,
  planApplications: plans('applications'),
  approveListed: acts('applications'),
  judgeApplicants: needsNone('the audit checks each judgement by its own signature'),
  proposeNextSemester: needsNone('mails the approvers alone'),
  listApplicants: reads,
  acceptApplicants: needsNone('pollApplications offers only who is complete, or whom the gate or a judgement let pass'),
  rejectApplicants: needsNone('pollApplications offers only whom a judgement rejected'),
  mailApplicants: needsNone('tells applicants how their own application stands'),
  recordGrants: reads,
} as const satisfies AuthorityOf<ApplicationActivities>;
