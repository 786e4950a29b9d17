import { accountKey, studentKey, type Applicant, type ApplicantState, type GroupRow } from './applicant.ts';

interface Claim {
  /** Account name for display. */
  readonly user: string;
  readonly key: string;
  readonly rank: number;
  readonly at: number;
  readonly row: number;
}

/** Only an application in one of these states can be a person's second one. */
const OPEN: ReadonlySet<ApplicantState> = new Set(['complete', 'missing-request', 'problems']);

/**
 * Finds people who apply under a second name. Claims are grouped by student number: the account's own numbers, else the
 * number in the answer. Key: the second name (`accountKey`). Value: the name that takes precedence. Precedence: a
 * member; a request by an account that has the number; a request whose answer only claims the number; an answer without
 * a request; among equals the newer one. Duplicates wait for a person and are never joined.
 */
export function twinsOf(
  applicants: readonly Applicant[],
  group: { readonly members: readonly GroupRow[]; readonly pending: readonly GroupRow[] },
): ReadonlyMap<string, string> {
  const rows = new Map([...group.members, ...group.pending].map((row) => [row.uid, row]));
  const claims = new Map<string, Claim[]>();
  const claim = (number: string, one: Claim) => {
    const key = studentKey(number);
    if (key !== '') claims.set(key, [...(claims.get(key) ?? []), one]);
  };
  for (const { username, studentNumbers } of group.members) {
    if (username === null) continue;
    const one = { user: username, key: accountKey(username), rank: 3, at: 0, row: 0 };
    for (const number of studentNumbers) claim(number, one);
  }
  const second = new Map<string, string>();
  for (const { user, uid, state, answer, requested, decision } of applicants) {
    if (answer === null || !OPEN.has(state) || decision !== null) continue;
    const own = uid === null ? [] : (rows.get(uid)?.studentNumbers ?? []);
    const rank = requested ? (own.length > 0 ? 2 : 1) : 0;
    const one = { user, key: accountKey(user), rank, at: Date.parse(answer.at ?? '') || 0, row: answer.row };
    for (const number of own.length > 0 ? own : [answer.studentNumber]) claim(number, one);
  }
  for (const group of claims.values()) {
    const [first, ...rest] = group.toSorted((a, b) => b.rank - a.rank || b.at - a.at || b.row - a.row);
    for (const { key, rank } of rest) if (first && rank < 3 && key !== first.key) second.set(key, first.user);
  }
  return second;
}
