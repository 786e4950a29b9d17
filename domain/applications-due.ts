import { ACCOUNT_NAME, accountKey, type Applicant, type SurveyAnswer } from './applications.ts';

/** What is due for one person; the shape of `ApplicationAction` in `activities/types.ts`. */
export interface DueAction {
  readonly kind:
    | 'accept'
    | 'grant-docker'
    | 'mail-accepted'
    | 'mail-missing-request'
    | 'mail-missing-survey'
    | 'mail-problems';
  readonly user: string;
  readonly uid: number | null;
}

/** Kinds of the mail ledger that R7 uses. */
export type ApplicantMail = 'accepted' | 'missing-request' | 'missing-survey' | 'problems';

/** When each half was seen for the first time (UTC, ISO-8601), by `accountKey`; the ID server keeps no times. */
export interface FirstSeen {
  readonly surveys: Times;
  readonly requests: Times;
}

/** What there is to know besides the halves themselves. */
export interface Circumstances {
  /** Whether the ledger has settled this mail; `user` by `accountKey`. */
  readonly mailed: (user: string, mail: ApplicantMail) => boolean;
  /** Whose Docker grant is recorded, by `accountKey`. */
  readonly granted: ReadonlySet<string>;
  /** Kept and protected names, by `accountKey`: their applications count, but nobody urges them. */
  readonly kept: ReadonlySet<string>;
  readonly seen: FirstSeen;
  readonly now: Date;
  readonly graceMs: number;
}

type Times = Readonly<Record<string, string>>;

/** An account may be called `constructor`. */
const timeOf = (times: Times | undefined, key: string) =>
  times !== undefined && Object.hasOwn(times, key) ? times[key] : undefined;

/**
 * The first-seen times with this look's halves added at `now`. A half that went away loses its time, so that a request
 * made again has a grace of its own.
 */
export function rememberSeen(before: FirstSeen | null, applicants: readonly Applicant[], now: Date): FirstSeen {
  const times = (old: Times | undefined, present: readonly Applicant[]) =>
    Object.fromEntries(
      present.map(({ user }) => [accountKey(user), timeOf(old, accountKey(user)) ?? now.toISOString()] as const),
    );
  return {
    surveys: times(
      before?.surveys,
      applicants.filter(({ answer, state }) => answer && state !== 'member'),
    ),
    requests: times(
      before?.requests,
      applicants.filter(({ requested, state }) => requested && state !== 'member'),
    ),
  };
}

/** Everything that is due now, in the order in which it should happen: accept, grant, mail. Pure. */
export function dueActions(applicants: readonly Applicant[], about: Circumstances): readonly DueAction[] {
  const due = applicants.flatMap((applicant) => [...actionsFor(applicant, about)]);
  const rank = (kind: DueAction['kind']) => (kind === 'accept' ? 0 : kind === 'grant-docker' ? 1 : 2);
  return due.toSorted((a, b) => rank(a.kind) - rank(b.kind));
}

function* actionsFor(applicant: Applicant, about: Circumstances): Generator<DueAction> {
  const { user, uid, state, answer } = applicant;
  const key = accountKey(user);
  switch (state) {
    case 'complete':
      yield { kind: 'accept', user, uid };
      return;
    case 'member':
      if (wantsDocker(answer) && ACCOUNT_NAME.test(user) && !about.granted.has(key))
        yield { kind: 'grant-docker', user, uid };
      if (!about.mailed(key, 'accepted')) yield { kind: 'mail-accepted', user, uid };
      return;
    case 'baseline':
      return;
    case 'missing-request':
    case 'missing-survey':
    case 'problems':
      if (urges(applicant, key, state, about)) yield { kind: `mail-${state}`, user, uid };
  }
}

const wantsDocker = (answer: SurveyAnswer | null) => answer?.docker === true;

/** Once, after the grace, and never somebody who had been accepted: they left, and know how to apply. */
function urges(applicant: Applicant, key: string, mail: ApplicantMail, about: Circumstances): boolean {
  if (about.kept.has(key) || about.mailed(key, mail) || about.mailed(key, 'accepted')) return false;
  const seen = timeOf(applicant.answer ? about.seen.surveys : about.seen.requests, key);
  return seen !== undefined && about.now.getTime() >= Date.parse(seen) + about.graceMs;
}
