import type { Statement } from './statement.ts';

/** Argument of the signal `judge`: an approver's verdict on single applicants. It overrides the site's rules. */
export interface ApplicantVerdict {
  readonly verdict: 'approve' | 'reject';
  /** Account names. */
  readonly users: readonly string[];
  readonly by: string;
  /** With `reject`: the reason in the applicant's mail. */
  readonly reason?: string;
  /** When it was made, UTC. The latest verdict on a person counts, so an old one cannot be replayed. */
  readonly at: string;
  /** SSH signature over `applicantStatement`, if the site requires one. */
  readonly signature?: string;
}

/** A recorded decision on one person; the newest one counts. */
export interface ApplicantDecision {
  /** By `accountKey`. */
  readonly user: string;
  readonly verdict: 'approve' | 'reject';
  /** One approver, or all approvers of a day's list. */
  readonly by: readonly string[];
  readonly reason: string | null;
  /** When it was recorded, UTC. */
  readonly at: string;
  /** When the verdict was made, UTC: `ApplicantVerdict.at`, or `until` of the approved list. */
  readonly said: string;
  /** Number of the decision on this person, from 1: each rejection has its own mail. */
  readonly edition: number;
}

/**
 * The statement that an approver signs: like that of a gate, but with round 0, which no gate has. `digest`: the digest
 * of `applicantSubject`.
 */
export function applicantStatement(
  { verdict, by, reason }: ApplicantVerdict,
  digest: string,
  at: { readonly workflow: string; readonly run: string },
): Statement {
  return { ...at, gate: 'applications', round: 0, digest, verdict, by, waive: null, comment: reason ?? null };
}

/** The part of a verdict that its digest covers: the applicants, and when it was made. */
export const applicantSubject = ({ users, at }: ApplicantVerdict) => ({ users: [...users], at });

/** Tolerance for another computer's clock. */
const AHEAD_MS = 10 * 60_000;
const MOST = 200;

/** Why a verdict on applicants is refused because of what it says; null: not refused. */
export function applicantVerdictRefusal({ verdict, users, reason, at }: ApplicantVerdict, now: number): string | null {
  if (users.length === 0) return '"users" must be a list of account names';
  if (users.length > MOST) return `"users" may name ${MOST} accounts at most: send several messages`;
  if (new Set(users).size < users.length) return '"users" names an account twice';
  if (verdict === 'reject' && (reason === undefined || reason.trim() === ''))
    return '"reason" is missing: the mail to the applicant contains it';
  if (Number.isNaN(Date.parse(at))) return '"at" must be a time such as 2027-03-05T00:00:00Z';
  if (Date.parse(at) > now + AHEAD_MS)
    return `"at" is ${at}, which is in the future: correct the clock of the computer that sent it`;
  return null;
}
