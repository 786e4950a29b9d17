import { accountKey, type Applicant, type GroupRow } from './applicant.ts';

type Times = Readonly<Record<string, string>>;

/** When each half was first seen (UTC, ISO-8601), by `accountKey`. The ID server records no times. */
export interface FirstSeen {
  readonly surveys: Times;
  readonly requests: Times;
  /** When a request, or the membership of an accepted person, was first found missing. */
  readonly gone: Times;
}

/** Reads an own property only: an account may be named `constructor`. */
export const timeOf = (times: Times | undefined, key: string): string | undefined =>
  times !== undefined && Object.hasOwn(times, key) ? times[key] : undefined;

/**
 * Accounts whose request disappeared without a membership, and accepted accounts that are no longer members, with the
 * time since when. Accounts that came back are not included.
 * @param accepted accounts that got the mail that the account is ready, by `accountKey`
 */
export function goneSince(
  before: FirstSeen | null,
  group: { readonly members: readonly GroupRow[]; readonly pending: readonly GroupRow[] },
  accepted: Iterable<string>,
  now: Date,
): Times {
  const there = new Set([...group.members, ...group.pending].flatMap(({ username }) => accountKey(username ?? '')));
  const known = [...Object.keys(before?.requests ?? {}), ...Object.keys(before?.gone ?? {}), ...accepted];
  const left = [...new Set(known)].filter((key) => !there.has(key));
  return Object.fromEntries(left.map((key) => [key, timeOf(before?.gone, key) ?? now.toISOString()]));
}

/**
 * Adds the halves of this poll at `now`. A half that disappeared loses its time, so a new request gets a new grace
 * period.
 */
export function updateFirstSeen(
  before: FirstSeen | null,
  applicants: readonly Applicant[],
  gone: Times,
  now: Date,
): FirstSeen {
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
    gone,
  };
}
