import { accountKey, type Applicant, type GroupRow } from './applicant.ts';

type Times = Readonly<Record<string, string>>;

/** When each half was seen for the first time (UTC, ISO-8601), by `accountKey`; the ID server keeps no times. */
export interface FirstSeen {
  readonly surveys: Times;
  readonly requests: Times;
  /** Since when a request, or the membership of somebody who had been accepted, is gone. */
  readonly gone: Times;
}

/** An account may be called `constructor`. */
export const timeOf = (times: Times | undefined, key: string): string | undefined =>
  times !== undefined && Object.hasOwn(times, key) ? times[key] : undefined;

/**
 * Whose request is not there any more though it was seen and they are no members, and who was accepted and is no member.
 * With the time since when; who is back is not among them.
 * @param accepted by `accountKey`: who has the mail that the account is ready.
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
 * The first-seen times with this look's halves added at `now`. A half that went away loses its time, so that a request
 * made again has a grace of its own.
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
