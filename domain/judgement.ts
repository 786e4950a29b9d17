import type { Statement } from './statement.ts';
import type { Unchecked } from './verdict.ts';

/** Argument of the signal `judge`: what an approver decides about single applicants. It wins over every rule. */
export interface ApplicantVerdict {
  readonly verdict: 'approve' | 'reject';
  /** Account names. */
  readonly users: readonly string[];
  readonly by: string;
  /** With `reject`: what the applicant is told. */
  readonly reason?: string;
  /** When it was made, UTC. Of two about the same person the later one counts, so that none can be sent again. */
  readonly at: string;
  /** SSH signature over `judgementStatement`, where the site demands one. */
  readonly signature?: string;
}

/** What an approver has decided about one person; the newest one counts. */
export interface ApplicantDecision {
  /** By `accountKey`. */
  readonly user: string;
  readonly verdict: 'approve' | 'reject';
  /** Who: one approver, or all who approved a day's list. */
  readonly by: readonly string[];
  readonly reason: string | null;
  /** When it was recorded, UTC. */
  readonly at: string;
  /** When it was made, as `Judgement.at` says. */
  readonly said: string;
  /** The how many-th about this person: each rejection has a mail of its own. */
  readonly edition: number;
}

/**
 * What is signed of a judgement: a statement like those of gates, about the round 0 that no gate has. `digest`: that of
 * `judgementSubject`.
 */
export function applicantStatement(
  { verdict, by, reason }: ApplicantVerdict,
  digest: string,
  at: { readonly workflow: string; readonly run: string },
): Statement {
  return { ...at, gate: 'applications', round: 0, digest, verdict, by, waive: null, comment: reason ?? null };
}

/** Whom a judgement is about, and when it was made: what its digest stands for. */
export const applicantSubject = ({ users, at }: ApplicantVerdict) => ({ users: [...users], at });

/** A clock of another computer may be ahead by this much. */
const AHEAD_MS = 10 * 60_000;
const MOST = 200;

/** What is wrong with a judgement's shape; null where nothing is. */
export function applicantVerdictRefusal(m: Unchecked, now: number): string | null {
  const { verdict, users, by, reason, at, signature } = m;
  if (verdict !== 'approve' && verdict !== 'reject') return '"verdict" must be approve or reject';
  if (typeof by !== 'string' || by === '') return '"by" is missing: it must be a text';
  if (!Array.isArray(users) || users.length === 0 || !users.every((user) => typeof user === 'string' && user !== ''))
    return '"users" must be a list of account names';
  if (users.length > MOST) return `"users" may name ${MOST} people at most: send several messages`;
  if (new Set(users).size < users.length) return '"users" names somebody twice';
  if (reason !== undefined && typeof reason !== 'string') return '"reason" must be a text';
  if (verdict === 'reject' && (typeof reason !== 'string' || reason.trim() === ''))
    return '"reason" is missing: the applicant is told why';
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return '"at" must be a time such as 2027-03-05T00:00:00Z';
  if (Date.parse(at) > now + AHEAD_MS)
    return `"at" is ${at}, which is yet to come: the clock of that computer is wrong`;
  if (signature !== undefined && typeof signature !== 'string') return '"signature" must be a text';
  return null;
}
