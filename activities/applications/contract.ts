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

/** One application, as `semester applications` shows it. */
export interface ApplicantLine {
  readonly user: string;
  readonly state: ApplicantState;
  /** Time of the last decision, else when its first half (survey or request) was first seen; UTC. */
  readonly since: string | null;
  readonly nudges: number;
  /** Problems, near misses, decisions. */
  readonly notes: readonly string[];
}

export interface ApplicantPage {
  readonly pages: number;
  readonly lines: readonly ApplicantLine[];
  /** Survey rows and requests that cannot be used. On the first page only. */
  readonly unusable: readonly string[];
}

interface ApplicantsDue {
  readonly ref: StepRef;
  readonly semester: Semester;
  readonly calendar: Calendar;
  readonly users: readonly ApplicationAction[];
}

/** R7. What is due follows from survey, group, ledger and grants; no other state is kept. */
export type ApplicationActivities = Handlers<{
  /** Records the requests that were pending before publication: listed, not nudged. Facts: `{pending}`. */
  recordBaseline(a: { semester: Semester }): Promise<Proof<'baseline'>>;
  /**
   * Returns what is due now (at most 50 actions), and whether a day's list waits for approvers. `askedAt` is when they
   * were last asked; null while they are being asked. Fails with benign `NothingNew` if nothing is due, and with
   * `Unreachable`, naming since when, if survey or ID server do not answer.
   */
  pollApplications(a: {
    semester: Semester;
    calendar: Calendar;
    askedAt: string | null;
  }): Promise<{ actions: readonly ApplicationAction[]; review: boolean }>;
  /** Gate `applications`: the applicants who were complete by `until` and await a decision. */
  planApplications(a: { semester: Semester; until: string }): Promise<PlanRef>;
  /** Records that approvers accepted every applicant of the plan. Facts: `{approved}`. */
  approveListed(a: { semester: Semester; plan: string; by: readonly string[] }): Promise<Proof<'approved'>>;
  /**
   * Checks and records an approver's decision about single applicants: all of them, or none if one cannot be decided.
   * Fails with `CommandFailed` and the reason: unknown, a member, banned, decided later, or a missing or invalid
   * signature. `signed` is null if the decision is unsigned and the site requires no signature.
   */
  judgeApplicants(a: {
    semester: Semester;
    judgement: ApplicantVerdict;
    workflow: string;
    run: string;
    signed: boolean;
  }): Promise<Proof<'judged'> & { readonly signed: SignedWith | null }>;
  /**
   * Mails the approvers a filled-in semester.yaml for the next semester, once a week from `nextSemesterFrom` on. Fails
   * with benign `NothingNew` until a later semester runs; then it returns the name of that semester.
   */
  proposeNextSemester(a: { semester: Semester; calendar: Calendar; workflow: string }): Promise<{ started: string }>;
  /** One page (at most 240 KB of JSON) of all applications. Records nothing. */
  listApplicants(a: { semester: string; page: number }): Promise<ApplicantPage>;
  /**
   * Accepts pending requests, reconciled by reading back. It reads survey, requests, rules and decisions itself: who is not
   * due is left alone. Facts: `{accepted, already, gone}`.
   */
  acceptApplicants(a: ApplicantsDue): Promise<Proof<'accepted'>>;
  /**
   * Removes the pending requests of rejected applicants, never a membership. It reads the decisions itself. Facts:
   * `{rejected, gone}`.
   */
  rejectApplicants(a: ApplicantsDue): Promise<Proof<'rejected'>>;
  /** Sends the mails that are due, by the ledger. Facts: `{sent, already, unknown, noAddress}`. */
  mailApplicants(a: {
    ref: StepRef;
    semester: Semester;
    calendar: Calendar;
    mails: readonly ApplicationAction[];
  }): Promise<Proof<'applicants-mailed'>>;
  /** Records that a user's Docker grant is done or deferred on every host; it is then no longer due. */
  recordGrants(a: { semester: string; users: readonly string[] }): Promise<void>;
}>;

/** The authority of each activity. */
export const applicationAuthority = {
  recordBaseline: reads,
  pollApplications: reads,
  planApplications: plans('applications'),
  approveListed: acts('applications'),
  judgeApplicants: needsNone('it is for the opened semester of the caller, and verifies the signature itself'),
  proposeNextSemester: needsNone('mails approvers only'),
  listApplicants: reads,
  acceptApplicants: needsNone(
    'it is for the opened semester of the caller: who is complete by the rules, or whom a gate or judgement accepted',
  ),
  rejectApplicants: needsNone('it is for the opened semester of the caller: whom a judgement rejected'),
  mailApplicants: needsNone(
    'it is for the opened semester of the caller: mails applicants the state of their own application',
  ),
  recordGrants: reads,
} as const satisfies AuthorityOf<ApplicationActivities>;
