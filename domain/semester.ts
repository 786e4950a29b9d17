import type { Phase } from './names.ts';
import type { Exemption } from './site.ts';

/**
 * The settings that change from semester to semester: `semester.yaml` or the flags of `semester start`.
 * Offsets are ISO-8601 durations. A date without a time means the END of that day in the site's zone.
 */
export interface Semester {
  /** `2027-spring`; part of workflow ids and file names. */
  readonly name: string;
  /** The announced deadline. */
  readonly deadline: string;
  /** How long before the deadline each notice goes out: `[P7D]`. */
  readonly notices: readonly string[];
  /** How long before the first notice the gate starts to send reminders: `P7D` (14 days before the deadline). */
  readonly noticeGateLead: string;
  /** Minimum time between a person's notice and the removal. The removal gate lists people with less. */
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
    /** Poll interval of survey and group: `PT10M`. */
    readonly every: string;
    /** Delay before the first nudge to an incomplete applicant: `PT1H`. */
    readonly grace: string;
    /** Intervals between nudges: `[P3D, P7D]` allows three mails at most. */
    readonly nudges: readonly string[];
  };
  readonly keep: readonly Exemption[];
  /** Title of the post: `2027년 봄학기 GPU 서버 계정 신청 안내`. */
  readonly title: string;
  /** Address of the survey; absent: gate `form` asks for it. */
  readonly formUrl?: string;
}

/** A semester's dates in the site's zone as instants (UTC, ISO-8601 with Z). */
export interface Calendar {
  /** When each notice is due, earliest first. */
  readonly notices: readonly string[];
  /** When the notice gate starts to send reminders. */
  readonly noticeGateOpens: string;
  readonly deadline: string;
  /** The first day, in the site's zone, on which the wipe can run. */
  readonly wipeFrom: string;
  readonly minimumNoticeMs: number;
  readonly periodFrom: string;
  readonly periodUntil: string;
  readonly applicationsUntil: string;
  readonly applicationsEveryMs: number;
  readonly graceMs: number;
  readonly nudgesMs: readonly number[];
  /** When the weekly mails with a proposal for the next semester start. */
  readonly nextSemesterFrom: string;
}

/** The starter's signature of a `StartStatement`, and when it was made, UTC. */
export interface SignedStart {
  readonly at: string;
  readonly signature: string;
}

/** Argument of the `semester` workflow. */
export interface SemesterInput {
  readonly semester: Semester;
  /** Name of the site. A worker of another site refuses the activity. */
  readonly site: string;
  /** The person who started it. They cannot approve at gates with a quorum of 2 or more. */
  readonly startedBy: string;
  /** For a semester that is already under way: earlier phases are only verified. */
  readonly from?: Phase;
  /** Absent: `startedBy` is a claim. */
  readonly signed?: SignedStart;
}

/** Argument of the `fleetUpdate` workflow, inside a semester or between semesters. */
export interface FleetUpdateInput {
  readonly site: string;
  readonly name: string;
  readonly startedBy: string;
  readonly mode: 'update' | 'reinstall';
  readonly leader?: string;
  readonly keep: readonly Exemption[];
  /** The parent workflow, which receives gates and attention; absent between semesters. */
  readonly parent?: string;
}
