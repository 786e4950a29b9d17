import type { ApplicantDecision } from './judgement.ts';
import type { SurveyRule } from './survey-rules.ts';

/** One answer of the survey, as `activities/survey/` reads it. */
export interface SurveyAnswer {
  /** Row of the sheet; the header is row 1. */
  readonly row: number;
  /** When it was given (UTC, ISO-8601), where the sheet says so. */
  readonly at: string | null;
  /** Account name by `accountKey`. */
  readonly user: string;
  readonly studentNumber: string;
  readonly email: string | null;
  readonly docker: boolean;
  readonly terms: boolean;
  /** Every answer by its question's title, both as `plainText` makes them: what the site's rules look at. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A row of the group's member or pending list. `uid` is the ID server's row number. */
export interface GroupRow {
  readonly uid: number;
  readonly username: string | null;
  readonly studentNumbers: readonly string[];
}

/**
 * `username`: not an account name at all; `student-number`: none of the account's own; `terms`: the terms of use were not
 * accepted; `rule`: a rule of the site is broken.
 */
export type AnswerProblem = 'username' | 'student-number' | 'terms' | 'rule';

export const APPLICANT_STATES = [
  /** Both halves are there and in order, or an approver said so. */
  'complete',
  'missing-request',
  'missing-survey',
  'problems',
  /** The same person applies, or is a member, under another name; or two accounts differ by capitals only. */
  'duplicate',
  'member',
  /** Took the request back, or left the group. */
  'withdrawn',
  'rejected',
  'banned',
  /** Was pending before publication, and has not answered since. */
  'baseline',
] as const;
export type ApplicantState = (typeof APPLICANT_STATES)[number];

export interface Applicant {
  /** As the ID server spells it, else as the answer does. */
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
  /** Rows of older answers by the same person, which no longer count. */
  readonly superseded: readonly number[];
  /** What an approver has decided. */
  readonly decision: ApplicantDecision | null;
  /** Of a duplicate: the name under which the same person goes before this one, or the other account of nearly this name. */
  readonly twin: string | null;
}

/** An answer and an account that share a student number but not a name: for people to look at, never joined. */
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

/** Whether two account names are one to people, and two to the ID server. */
export const isLookAlike = (name: string, other: string) => name !== other && accountKey(name) === accountKey(other);

/** Names that a host's tools take; anything else never comes near a shell. */
export const ACCOUNT_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** The form in which account names are compared: trimmed, lower case, full-width letters made plain. */
export const accountKey = (name: string) => name.normalize('NFKC').trim().toLowerCase();

/** The form in which student numbers are compared. */
export const studentKey = (number: string) => number.normalize('NFKC').replace(/[^0-9a-z]/gi, '');
