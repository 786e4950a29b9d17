import { accountKey, type Applicant, type SurveyAnswer } from './applicant.ts';
import { ACCOUNT_NAME } from './names.ts';
import { timeOf, type FirstSeen } from './applications-seen.ts';

/** An action that is due in R7. */
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
  /** The ID server's row number of the account; null if the account is unknown. */
  readonly uid: number | null;
  /** With a mail: its number among the mails of this kind to this person, from 1. */
  readonly edition?: number;
}

/** Kinds of nudges: mails about an incomplete application. */
export const NUDGES = ['missing-request', 'missing-survey', 'problems'] as const;
type Nudge = (typeof NUDGES)[number];

/** Kinds of the mail ledger that R7 uses. */
export type ApplicantMail = 'accepted' | 'rejected' | Nudge;

/** A mail in the ledger. */
export interface KnownMail {
  readonly edition: number;
  /** When its state was recorded, UTC. */
  readonly at: string;
  /**
   * Whether its state is final. A mail that is only `intended` is passed to the mailer again, and the ledger settles
   * it.
   */
  readonly settled: boolean;
  /** Whether it was not sent because there was no address. It is unsettled again once there is one. */
  readonly noAddress?: boolean;
}

/** Facts besides the applications themselves. */
export interface Circumstances {
  /** `auto`: complete applications are accepted; `review`: they wait for the approval of a list. */
  readonly mode: 'auto' | 'review';
  /** The ledger's mails of this kind to a person, oldest first; `user` by `accountKey`. */
  readonly mails: (user: string, mail: ApplicantMail) => readonly KnownMail[];
  /** Accounts with a recorded Docker grant, by `accountKey`. */
  readonly granted: ReadonlySet<string>;
  /**
   * Members whose account is not proven on every host yet, by `accountKey`, each with the hosts that lack the proof. They
   * are not told that it is ready.
   */
  readonly unready: ReadonlyMap<string, readonly string[]>;
  /** Exempt accounts, by `accountKey`: their applications count, but they get no nudge. */
  readonly exempt: ReadonlySet<string>;
  readonly seen: FirstSeen;
  readonly now: Date;
  /** Whether `now` lies in the quiet hours, in which no nudge is sent. */
  readonly quiet: boolean;
  readonly graceMs: number;
  /** Intervals between nudges; their number limits how many nudges follow the first. */
  readonly nudgesMs: readonly number[];
}

/** All actions that are due now, in their order: decide, grant, mail. Pure. */
export function dueActions(applicants: readonly Applicant[], about: Circumstances): readonly ApplicationAction[] {
  const due = applicants.flatMap((applicant) => [...actionsFor(applicant, about)]);
  const rank = (kind: ApplicationAction['kind']) => (kind.startsWith('mail-') ? 2 : kind === 'grant-docker' ? 1 : 0);
  return due.toSorted((a, b) => rank(a.kind) - rank(b.kind));
}

/** With `review`: the applicants for the day's list; `until`: only those that were complete by then. */
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

/** Members who have not been told yet that their account is ready. */
export const toAnnounce = (
  applicants: readonly Applicant[],
  about: Pick<Circumstances, 'mails'>,
): readonly Applicant[] => applicants.filter((applicant) => awaitsMail(applicant, about));

const awaitsMail = ({ state, user }: Applicant, about: Pick<Circumstances, 'mails'>): boolean =>
  state === 'member' && !mailed(about, accountKey(user), 'accepted', 1);

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
      if (awaitsMail(applicant, about) && !about.unready.has(key))
        yield { kind: 'mail-accepted', user, uid, edition: 1 };
      return;
    case 'rejected':
      // A request after the rejection is a new one and waits for an approver.
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

const mailed = (about: Pick<Circumstances, 'mails'>, key: string, mail: ApplicantMail, edition: number) =>
  about.mails(key, mail).some((known) => known.edition === edition && known.settled);

/**
 * The number of the nudge that is due, or null. The first follows the grace, each other its interval; none in quiet
 * hours.
 */
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
