/** R7's matching: survey answers beside the group's lists, joined by account name and by nothing else. */

/** One answer of the survey, as `activities/survey.ts` reads it. */
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
}

/** A row of the group's member or pending list. `uid` is the ID server's row number. */
export interface GroupRow {
  readonly uid: number;
  readonly username: string | null;
  readonly studentNumbers: readonly string[];
}

/** `username`: not an account name at all; `terms`: the terms of use were not accepted. */
export type AnswerProblem = 'username' | 'terms';

export type ApplicantState = 'complete' | 'missing-request' | 'missing-survey' | 'problems' | 'member' | 'baseline';

export interface Applicant {
  /** As the ID server spells it, else as the answer does. */
  readonly user: string;
  readonly uid: number | null;
  readonly state: ApplicantState;
  /** Whether a request to join is pending. */
  readonly requested: boolean;
  readonly problems: readonly AnswerProblem[];
  /** The newest answer. */
  readonly answer: SurveyAnswer | null;
  /** Rows of older answers by the same person, which no longer count. */
  readonly superseded: readonly number[];
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

/** Names that a host's tools take; anything else never comes near a shell. */
export const ACCOUNT_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** The form in which account names are compared: trimmed, lower case, full-width letters made plain. */
export const accountKey = (name: string) => name.normalize('NFKC').trim().toLowerCase();

const studentKey = (number: string) => number.normalize('NFKC').replace(/[^0-9a-z]/gi, '');

/** Later in time where every answer has a time, else lower in the sheet. */
function newestFirst(answers: readonly SurveyAnswer[]): readonly SurveyAnswer[] {
  const timed = answers.every((answer) => answer.at !== null);
  const time = (answer: SurveyAnswer) => (timed ? Date.parse(answer.at ?? '') : 0);
  return answers.toSorted((a, b) => time(b) - time(a) || b.row - a.row);
}

function byAccount(rows: readonly GroupRow[]): ReadonlyMap<string, GroupRow> {
  return new Map(rows.flatMap((row) => (row.username === null ? [] : [[accountKey(row.username), row]])));
}

function groupAnswers(answers: readonly SurveyAnswer[]): ReadonlyMap<string, readonly SurveyAnswer[]> {
  const groups = new Map<string, SurveyAnswer[]>();
  for (const answer of answers) {
    const group = groups.get(answer.user);
    if (group) group.push(answer);
    else groups.set(answer.user, [answer]);
  }
  return groups;
}

function problemsOf(answer: SurveyAnswer, known: boolean): readonly AnswerProblem[] {
  return [
    ...(known || ACCOUNT_NAME.test(answer.user) ? [] : (['username'] as const)),
    ...(answer.terms ? [] : (['terms'] as const)),
  ];
}

/**
 * Joins both halves of every application. Members who gave no answer are no applicants and are left out; requests by
 * accounts without a name cannot be joined, and count as a missing survey that nobody can be mailed about.
 * @param a.baseline row numbers of the accounts that were pending before publication.
 */
export function matchApplications(a: {
  answers: readonly SurveyAnswer[];
  members: readonly GroupRow[];
  pending: readonly GroupRow[];
  baseline: ReadonlySet<number>;
}): Matched {
  const members = byAccount(a.members);
  const pending = byAccount(a.pending);
  const answers = groupAnswers(a.answers);

  const answered = [...answers].map(([key, given]): Applicant => {
    const [answer, ...older] = newestFirst(given);
    if (answer === undefined) throw new RangeError('a group of answers is never empty');
    const member = members.get(key);
    const request = pending.get(key);
    const account = member ?? request;
    const problems = problemsOf(answer, account !== undefined);
    const state = member ? 'member' : problems.length > 0 ? 'problems' : request ? 'complete' : 'missing-request';
    return {
      user: account?.username ?? answer.user,
      uid: account?.uid ?? null,
      state,
      requested: request !== undefined,
      problems,
      answer,
      superseded: older.map(({ row }) => row),
    };
  });

  const memberIds = new Set(a.members.map(({ uid }) => uid));
  const requestedOnly = a.pending.flatMap((row): readonly Applicant[] => {
    if (memberIds.has(row.uid) || row.username === null || answers.has(accountKey(row.username))) return [];
    return [
      {
        user: row.username,
        uid: row.uid,
        state: a.baseline.has(row.uid) ? 'baseline' : 'missing-survey',
        requested: true,
        problems: [],
        answer: null,
        superseded: [],
      },
    ];
  });

  return { applicants: [...answered, ...requestedOnly], nearMisses: findNearMisses(answered, a) };
}

function findNearMisses(
  answered: readonly Applicant[],
  group: { members: readonly GroupRow[]; pending: readonly GroupRow[] },
): readonly NearMiss[] {
  const byStudent = new Map<string, GroupRow>();
  for (const row of [...group.members, ...group.pending])
    for (const number of row.studentNumbers) byStudent.set(studentKey(number), row);
  return answered.flatMap(({ user, uid, answer }) => {
    const number = studentKey(answer?.studentNumber ?? '');
    const row = number === '' ? undefined : byStudent.get(number);
    if (uid !== null || answer === null || row === undefined) return [];
    return [{ row: answer.row, user, uid: row.uid, account: row.username }];
  });
}
