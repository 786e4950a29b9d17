import { accountKey, studentKey } from './applicant.ts';
import { ACCOUNT_NAME } from './names.ts';
import type {
  Applicant,
  AnswerProblem,
  ApplicantState,
  GroupRow,
  Matched,
  NearMiss,
  SurveyAnswer,
} from './applicant.ts';
import { twinsOf } from './applications-twins.ts';
import type { ApplicantDecision } from './judgement.ts';
import { brokenRules, type SurveyRule } from './survey-rules.ts';

export * from './applicant.ts';

/** R7: joins survey answers with the group's lists by account name only. */

/** Both halves of all applications (answers and group lists), with rules, bans, decisions and history. */
export interface Halves {
  readonly answers: readonly SurveyAnswer[];
  readonly members: readonly GroupRow[];
  readonly pending: readonly GroupRow[];
  /** Row numbers of the accounts that were pending before publication. */
  readonly baseline: ReadonlySet<number>;
  readonly rules: readonly SurveyRule[];
  /** Of the groups named in the rules, those of each account, by `accountKey`. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  /** By `accountKey`, like the next two fields. */
  readonly banned: ReadonlySet<string>;
  readonly decisions: ReadonlyMap<string, ApplicantDecision>;
  /** When a request or membership that existed before was found missing. */
  readonly gone: ReadonlyMap<string, string>;
}

/** Sorts by time if every answer has one, else by row of the sheet. */
function newestFirst(answers: readonly SurveyAnswer[]): readonly SurveyAnswer[] {
  const timed = answers.every((answer) => answer.at !== null);
  const time = (answer: SurveyAnswer) => (timed ? Date.parse(answer.at ?? '') : 0);
  return answers.toSorted((a, b) => time(b) - time(a) || b.row - a.row);
}

function byAccount(rows: readonly GroupRow[]): ReadonlyMap<string, GroupRow> {
  return new Map(rows.flatMap((row) => (row.username === null ? [] : [[accountKey(row.username), row]])));
}

/**
 * Account names with the same `accountKey`, by that key: `erin` and `Erin`. Phones change capitals, so an answer cannot
 * be assigned to one of them.
 */
function lookAlikeNames(rows: readonly GroupRow[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, Set<string>>();
  for (const { username } of rows)
    if (username !== null)
      names.set(accountKey(username), (names.get(accountKey(username)) ?? new Set()).add(username));
  return new Map([...names].flatMap(([key, alike]) => (alike.size > 1 ? [[key, [...alike].toSorted()]] : [])));
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

function problemsOf(answer: SurveyAnswer, account: GroupRow | undefined, broken: number): readonly AnswerProblem[] {
  const number = studentKey(answer.studentNumber);
  const own = (account?.studentNumbers ?? []).map(studentKey);
  return [
    ...(account || ACCOUNT_NAME.test(answer.user) ? [] : (['username'] as const)),
    // Another person may have typed this name: the student numbers must agree if both sides have one.
    ...(number !== '' && own.length > 0 && !own.includes(number) ? (['student-number'] as const) : []),
    ...(answer.terms ? [] : (['terms'] as const)),
    ...(broken > 0 ? (['rule'] as const) : []),
  ];
}

/** Precedence: membership, then a rejection, then a ban, then an approval, then the rules. */
function stateOf(a: {
  member: boolean;
  banned: boolean;
  verdict: ApplicantDecision['verdict'] | undefined;
  requested: boolean;
  gone: boolean;
  baseline: boolean;
  answer: SurveyAnswer | null;
  problems: readonly AnswerProblem[];
}): ApplicantState {
  if (a.member) return 'member';
  if (a.verdict === 'reject') return 'rejected';
  if (a.banned) return 'banned';
  if (!a.requested && a.gone) return 'withdrawn';
  if (a.verdict === 'approve') return a.requested ? 'complete' : 'missing-request';
  if (a.answer === null) return a.baseline ? 'baseline' : 'missing-survey';
  if (a.problems.length > 0) return 'problems';
  return a.requested ? 'complete' : 'missing-request';
}

/**
 * Joins both halves of every application. Members without an answer are not applicants, unless an approver accepted
 * them by name. A request by an account without a name cannot be joined and is left out.
 */
export function matchApplications(halves: Halves): Matched {
  const members = byAccount(halves.members);
  const pending = byAccount(halves.pending);
  const answers = groupAnswers(halves.answers);
  const alike = lookAlikeNames([...halves.members, ...halves.pending]);

  /**
   * Accounts with look-alike names are never joined, accepted or mailed, even with a decision: a person uses the ID
   * server.
   */
  const unjoined = (applicant: Applicant, names: readonly string[]): Applicant => ({
    ...applicant,
    user: names[0] ?? applicant.user,
    twin: names[1] ?? null,
    uid: null,
    state: 'duplicate',
    problems: [],
    breaks: [],
    decision: null,
  });

  const applicantOf = (key: string, given: readonly SurveyAnswer[]): Applicant => {
    const [answer = null, ...older] = newestFirst(given);
    const member = members.get(key);
    const request = pending.get(key);
    const account = member ?? request;
    const breaks = answer === null ? [] : brokenRules(halves.rules, answer.cells, halves.groups.get(key));
    const problems = answer === null ? [] : problemsOf(answer, account, breaks.length);
    const decision = halves.decisions.get(key) ?? null;
    const state = stateOf({
      member: member !== undefined,
      banned: halves.banned.has(key),
      verdict: decision?.verdict,
      requested: request !== undefined,
      // Someone who was approved after leaving only needs a new request.
      gone: (halves.gone.get(key) ?? '') > (decision?.at ?? ''),
      baseline: account !== undefined && halves.baseline.has(account.uid),
      answer,
      problems,
    });
    const applicant: Applicant = {
      user: account?.username ?? answer?.user ?? key,
      uid: account?.uid ?? null,
      state,
      requested: request !== undefined,
      problems,
      breaks,
      answer,
      superseded: older.map(({ row }) => row),
      decision,
      twin: null,
    };
    const names = alike.get(key);
    return names === undefined ? applicant : unjoined(applicant, names);
  };

  const memberIds = new Set(halves.members.map(({ uid }) => uid));
  const requested = halves.pending.flatMap(({ uid, username }) =>
    memberIds.has(uid) || username === null ? [] : [accountKey(username)],
  );
  // The decision consumed the request, the only half of these applications. They still need their mail.
  const decided = [...halves.decisions.values()].flatMap(({ user, verdict }) => {
    const usedUp = verdict === 'approve' ? members.has(user) : !members.has(user) && !pending.has(user);
    return usedUp ? [user] : [];
  });
  const keys = new Set([...answers.keys(), ...requested, ...decided]);
  const applicants = [...keys].map((key) => applicantOf(key, answers.get(key) ?? []));
  const twins = twinsOf(applicants, halves);
  return {
    applicants: applicants.map((applicant) => {
      const twin = twins.get(accountKey(applicant.user));
      return twin === undefined ? applicant : { ...applicant, state: 'duplicate', twin };
    }),
    nearMisses: findNearMisses(applicants, halves),
  };
}

/**
 * Pairs each answer that fits no account (unknown name or other student number) with the account that has its student
 * number.
 */
function findNearMisses(
  applicants: readonly Applicant[],
  group: { members: readonly GroupRow[]; pending: readonly GroupRow[] },
): readonly NearMiss[] {
  const byStudent = new Map<string, GroupRow>();
  for (const row of [...group.members, ...group.pending])
    for (const number of row.studentNumbers) byStudent.set(studentKey(number), row);
  return applicants.flatMap(({ user, uid, answer, problems }) => {
    const number = studentKey(answer?.studentNumber ?? '');
    const row = number === '' ? undefined : byStudent.get(number);
    const fits = uid !== null && !problems.includes('student-number');
    if (answer === null || row === undefined || fits) return [];
    return [{ row: answer.row, user, uid: row.uid, account: row.username }];
  });
}
