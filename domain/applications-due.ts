import { ACCOUNT_NAME, accountKey, type Applicant, type SurveyAnswer } from './applicant.ts';
import { timeOf, type FirstSeen } from './applications-seen.ts';

/** One thing that is due in R7. */
export interface ApplicationAction {
  readonly kind:
    | 'accept'
    | 'reject'
    | 'grant-docker'
    | 'mail-accepted'
    | 'mail-rejected'
    | 'mail-missing-request'
    | 'mail-missing-survey'
    | 'mail-problems';
  readonly user: string;
  /** The ID server's row number of the account; null where the account is not known. */
  readonly uid: number | null;
  /** Of a mail: the how many-th of its kind to this person. */
  readonly edition?: number;
}

/** What can be missing: each kind of nudge. */
export const NUDGES = ['missing-request', 'missing-survey', 'problems'] as const;
type Nudge = (typeof NUDGES)[number];

/** Kinds of the mail ledger that R7 uses. */
export type ApplicantMail = 'accepted' | 'rejected' | Nudge;

/** A mail that the ledger knows of. */
export interface KnownMail {
  readonly edition: number;
  /** When its state was recorded, UTC. */
  readonly at: string;
  /** Whether it has ended: what an attempt only intended is handed over once more, so that the ledger can settle it. */
  readonly settled: boolean;
  /** Whether it went nowhere: there was no address. Not settled any more once there is one. */
  readonly noAddress?: boolean;
}

/** What there is to know besides the halves themselves. */
export interface Circumstances {
  /** Whether complete applications are accepted, or wait until people have looked at them. */
  readonly mode: 'auto' | 'review';
  /** What the ledger knows of this kind of mail to a person, oldest first; `user` by `accountKey`. */
  readonly mails: (user: string, mail: ApplicantMail) => readonly KnownMail[];
  /** Whose Docker grant is recorded, by `accountKey`. */
  readonly granted: ReadonlySet<string>;
  /** Kept and protected names, by `accountKey`: their applications count, but nobody urges them. */
  readonly exempt: ReadonlySet<string>;
  readonly seen: FirstSeen;
  readonly now: Date;
  /** Nobody is urged now: it is night. */
  readonly quiet: boolean;
  readonly graceMs: number;
  /** Between one nudge and the next: as many more as there are numbers. */
  readonly nudgesMs: readonly number[];
}

/** Everything that is due now, in the order in which it should happen: decide, grant, mail. Pure. */
export function dueActions(applicants: readonly Applicant[], about: Circumstances): readonly ApplicationAction[] {
  const due = applicants.flatMap((applicant) => [...actionsFor(applicant, about)]);
  const rank = (kind: ApplicationAction['kind']) => (kind.startsWith('mail-') ? 2 : kind === 'grant-docker' ? 1 : 0);
  return due.toSorted((a, b) => rank(a.kind) - rank(b.kind));
}

/** What waits for the day's list, where people review; `until`: only who was complete by then. */
export function toReview(
  applicants: readonly Applicant[],
  { mode, seen }: Pick<Circumstances, 'mode' | 'seen'>,
  until?: string,
): readonly Applicant[] {
  if (mode === 'auto') return [];
  const by = (times: FirstSeen['surveys'], key: string) =>
    until === undefined || (timeOf(times, key) ?? until) <= until;
  return applicants.filter(({ user, state, decision }) => {
    const key = accountKey(user);
    return state === 'complete' && decision === null && by(seen.surveys, key) && by(seen.requests, key);
  });
}

function* actionsFor(applicant: Applicant, about: Circumstances): Generator<ApplicationAction> {
  const { user, uid, state, answer, decision, requested } = applicant;
  const key = accountKey(user);
  switch (state) {
    case 'complete':
      if (about.mode === 'auto' || decision !== null) yield { kind: 'accept', user, uid };
      return;
    case 'member':
      if (wantsDocker(answer) && ACCOUNT_NAME.test(user) && !about.granted.has(key))
        yield { kind: 'grant-docker', user, uid };
      if (!mailed(about, key, 'accepted', 1)) yield { kind: 'mail-accepted', user, uid, edition: 1 };
      return;
    case 'rejected':
      // A request that was made after the rejection is a new one: for people to see.
      if (requested && (timeOf(about.seen.requests, key) ?? '') <= (decision?.at ?? ''))
        yield { kind: 'reject', user, uid };
      if (decision && !mailed(about, key, 'rejected', decision.edition))
        yield { kind: 'mail-rejected', user, uid, edition: decision.edition };
      return;
    case 'missing-request':
    case 'missing-survey':
    case 'problems': {
      const edition = nudgeDue(applicant, key, state, about);
      if (edition !== null) yield { kind: `mail-${state}`, user, uid, edition };
      return;
    }
    case 'baseline':
    case 'banned':
    case 'duplicate':
    case 'withdrawn':
  }
}

const wantsDocker = (answer: SurveyAnswer | null) => answer?.docker === true;

const mailed = (about: Circumstances, key: string, mail: ApplicantMail, edition: number) =>
  about.mails(key, mail).some((known) => known.edition === edition && known.settled);

/** The number of the nudge that is due: the first after the grace, each further one after its interval; never at night. */
function nudgeDue(applicant: Applicant, key: string, mail: Nudge, about: Circumstances): number | null {
  if (about.quiet || about.exempt.has(key)) return null;
  const known = about.mails(key, mail);
  const last = known.at(-1);
  if (last && !last.settled) return last.edition;
  if (last?.noAddress) return null;
  const seen = timeOf(applicant.answer ? about.seen.surveys : about.seen.requests, key);
  const [since, wait] = last ? [last.at, about.nudgesMs[last.edition - 1]] : [seen, about.graceMs];
  if (since === undefined || wait === undefined || about.now.getTime() < Date.parse(since) + wait) return null;
  return (last?.edition ?? 0) + 1;
}
