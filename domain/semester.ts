import type { Phase } from './names.ts';
import type { Kept } from './site.ts';

/**
 * What changes from semester to semester: `semester.yaml` or the flags of `semester start`.
 * Every offset is an ISO-8601 duration; a date without a time is the END of that day in the site's zone.
 */
export interface Semester {
  /** `2027-spring`; part of workflow ids and file names. */
  readonly name: string;
  /** The announced deadline. */
  readonly deadline: string;
  /** How long before the deadline each notice goes out: `[P7D]`. */
  readonly notices: readonly string[];
  /** How long before the first notice the gate begins to remind the approvers: `P7D` (14 days before the deadline). */
  readonly noticeGateLead: string;
  /** Least time between a person's notice and the removal; less is listed at the removal gate. */
  readonly minimumNotice: string;
  readonly period: {
    /** First day of use. A date here is the START of that day. */
    readonly from: string;
    /** The accounts expire at the end of this day. */
    readonly until: string;
  };
  readonly mode: 'update' | 'reinstall';
  readonly order: 'wipe-first' | 'update-first';
  /** Overrides the site's leader. */
  readonly leader?: string;
  readonly applications: {
    readonly until: string;
    /** How often survey and group are looked at: `PT10M`. */
    readonly every: string;
    /** Grace before an incomplete applicant is mailed how to complete: `PT1H`. */
    readonly grace: string;
    /** How long after each mail the next one follows, growing: `[P3D, P7D]` makes three mails at the most. */
    readonly nudges: readonly string[];
  };
  readonly keep: readonly Kept[];
  /** Title of the post: `2027년 봄학기 GPU 서버 계정 신청 안내`. */
  readonly title: string;
  /** Where the survey can be filled in; else gate `form` asks for it. */
  readonly formUrl?: string;
}

/** Instants (UTC, ISO-8601 with Z) that a semester's dates mean in the site's zone. */
export interface Calendar {
  /** When each notice is due, earliest first. */
  readonly notices: readonly string[];
  /** From when the notice gate reminds. */
  readonly noticeGateOpens: string;
  readonly deadline: string;
  readonly minimumNoticeMs: number;
  readonly periodFrom: string;
  readonly periodUntil: string;
  readonly applicationsUntil: string;
  readonly applicationsEveryMs: number;
  readonly graceMs: number;
  readonly nudgesMs: readonly number[];
  /** From when the approvers are mailed a proposal for the next semester, each week. */
  readonly nextSemesterFrom: string;
}

/** Argument of the `semester` workflow. */
export interface SemesterInput {
  readonly semester: Semester;
  /** Name of the site the worker must serve; a worker of another site refuses. */
  readonly site: string;
  /** Who started it; cannot approve alone where the quorum is 2 or more. */
  readonly startedBy: string;
  /** For a first semester that is under way: phases before this one are verified or taken by name. */
  readonly from?: Phase;
}

/** Argument of the `fleetUpdate` workflow, inside a semester or between semesters. */
export interface FleetUpdateInput {
  readonly site: string;
  readonly name: string;
  readonly startedBy: string;
  readonly mode: 'update' | 'reinstall';
  readonly leader?: string;
  readonly keep: readonly Kept[];
  /** The workflow that is told of gates and attention, if any. */
  readonly parent?: string;
}
