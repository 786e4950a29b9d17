import type { ApplicantDecision } from './judgement.ts';
import type { SurveyRule } from './survey-rules.ts';

/** One answer of the survey, read by `activities/survey/`. */
export interface SurveyAnswer {
  /** Row of the sheet; the header is row 1. */
  readonly row: number;
  /** When it was submitted (UTC, ISO-8601); null if the sheet has no time. */
  readonly at: string | null;
  /** Account name by `accountKey`. */
  readonly user: string;
  readonly studentNumber: string;
  readonly email: string | null;
  readonly docker: boolean;
  readonly terms: boolean;
  /** Every answer by its question's title, both normalized by `plainText`; input of the site's rules. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A row of the group's member or pending list. `uid` is the ID server's row number. */
export interface GroupRow {
  readonly uid: number;
  readonly username: string | null;
  readonly studentNumbers: readonly string[];
}

/**
 * `username`: not an account name; `student-number`: not one of the account's numbers; `terms`: the terms of use were
 * not accepted; `rule`: the answer breaks a rule of the site.
 */
export type AnswerProblem = 'username' | 'student-number' | 'terms' | 'rule';

export const APPLICANT_STATES = [
  /** Both halves exist and are in order, or an approver approved the applicant. */
  'complete',
  'missing-request',
  'missing-survey',
  'problems',
  /** The same person applies or is a member under another name, or two accounts differ in capitals only. */
  'duplicate',
  'member',
  /** Withdrew the request or left the group. */
  'withdrawn',
  'rejected',
  'banned',
  /** Was pending before publication and has not answered since. */
  'baseline',
] as const;
export type ApplicantState = (typeof APPLICANT_STATES)[number];

export interface Applicant {
  /** Account name as on the ID server, else as in the answer. */
  readonly user: string;
  readonly uid: number | null;
  readonly state: ApplicantState;
  /** Whether a request to join is pending. */
  readonly requested: boolean;
  readonly problems: readonly AnswerProblem[];
  /** The site's rules that the answer breaks. */
  readonly breaks: readonly SurveyRule[];
  /** The newest answer. */
  readonly answer: SurveyAnswer | null;
  /** Rows of older answers by the same person, which are ignored. */
  readonly superseded: readonly number[];
  /** The decision of an approver. */
  readonly decision: ApplicantDecision | null;
  /** With `duplicate`: the person's other name that takes precedence, or the other account with a look-alike name. */
  readonly twin: string | null;
}

/** An answer and an account that share a student number but not a name: listed for people, never joined. */
export interface NearMiss {
  readonly row: number;
  readonly user: string;
  readonly uid: number;
  readonly account: string | null;
}

export interface Matched {
  readonly applicants: readonly Applicant[];
  readonly nearMisses: readonly NearMiss[];
}

/** Whether two different account names have the same `accountKey`. */
export const isLookAlike = (name: string, other: string) => name !== other && accountKey(name) === accountKey(other);

/** Normalizes account names for comparison: NFKC, trimmed, lower case. */
export const accountKey = (name: string) => name.normalize('NFKC').trim().toLowerCase();

/** Normalizes student numbers for comparison: NFKC, digits and letters only. */
export const studentKey = (number: string) => number.normalize('NFKC').replace(/[^0-9a-z]/gi, '');
