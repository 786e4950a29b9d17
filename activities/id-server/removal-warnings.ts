import { formatInstant } from '../../domain/moments.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Exemption, Site } from '../../domain/site.ts';
import { groupsAbove } from './nested.ts';
import { type Noticed, isShort, laterDeadline } from './notices.ts';
import type { Implied, Member } from './types.ts';
import type { Say } from '../../texts/messages.ts';

/** A member who leaves by the plan. */
export interface Leaving extends Member {
  readonly pending: boolean;
  readonly notice: Noticed;
}

/** The name of a member in plans, failures and `--waive`; `uid:N` for an account without a name. */
export const labelOf = ({ uid, username }: { uid: number; username: string | null }) => username ?? `uid:${uid}`;

const NAMES = 20;

/** The members whose notice is less than `minimumMs` old. */
export const shortOf = (people: readonly Leaving[], now: Date, minimumMs: number) =>
  people.filter(({ notice }) => notice.at !== null && isShort(notice.at, now, minimumMs));

/** Warnings that an approver reads first, each with its remedy. */
export function removalWarnings(a: {
  site: Site;
  semester: Semester;
  calendar: Calendar;
  people: readonly Leaving[];
  exportFile: string;
  at: Date;
  say: Say;
}): readonly string[] {
  const { site, people, at: now, say } = a;
  const { minimumNoticeMs } = a.calendar;
  const name = (some: readonly Leaving[], text: (one: Leaving) => string) =>
    [
      ...some.slice(0, NAMES).map(text),
      ...(some.length > NAMES ? [say('removal.more', { count: some.length - NAMES })] : []),
    ].join(', ');
  const command =
    `semester reschedule ${a.semester.name} --deadline ${laterDeadline(now, minimumNoticeMs, site.zone)} ` +
    `--by YOU --reason "${say('removal.reason')}"`;
  const told = ({ notice }: Leaving) => when(notice.at ?? now.toISOString(), site);
  const short = shortOf(people, now, minimumNoticeMs);
  const pending = people.filter((person) => person.pending);
  const unnoticed = people.filter((person) => person.notice.at === null);
  const newest = Math.max(...short.map(({ notice }) => Date.parse(notice.at ?? '')));
  return [
    say('removal.irreversible', { file: a.exportFile }),
    ...(pending.length > 0 ? [say('removal.alsoPending', { who: name(pending, labelOf) })] : []),
    ...(short.length > 0
      ? [
          say('removal.shortNotice', {
            who: name(short, (one) => `${labelOf(one)} (${told(one)})`),
            enoughAt: when(new Date(newest + minimumNoticeMs).toISOString(), site),
            command,
          }),
        ]
      : []),
    ...(unnoticed.length > 0
      ? [
          say('removal.noNotice', {
            who: name(unnoticed, (one) => `${labelOf(one)}${mailStateOf(one, say)}`),
            command,
          }),
        ]
      : []),
    ...people
      .filter(({ username }) => username === site.idServer.username)
      .map((one) => say('removal.ownAccount', { user: labelOf(one) })),
  ];
}

/** Who can still sign in after the removal, through groups that the service does not change. */
export function impliedWarnings(
  { idServer }: Site,
  implied: readonly Pick<Implied, 'uid' | 'username' | 'via'>[],
  say: Say,
): readonly string[] {
  if (implied.length === 0) return [];
  const people = implied.map(labelOf);
  return [say('removal.implied', { count: people.length, people, via: groupsAbove(implied), group: idServer.group })];
}

/** Exempt names that nobody has who is in the group, above it, or asks to join: a mistyped one exempts no account. */
export function unknownExemptWarnings(
  { idServer, protected: ours }: Site,
  kept: readonly Exemption[],
  people: readonly Pick<Member, 'username'>[],
  say: Say,
): readonly string[] {
  const known = new Set([...ours, ...people.map(({ username }) => username)]);
  const users = kept.flatMap(({ user }) => (known.has(user) ? [] : [user]));
  return users.length === 0 ? [] : [say('removal.unknownExempt', { users, group: idServer.group })];
}

const mailStateOf = ({ notice }: Leaving, say: Say) =>
  notice.state === null ? '' : ` (${say(`common.mailState.${notice.state}`)})`;

/** An instant in the site's zone and language. */
export const when = (instant: string, site: Site) => formatInstant(instant, site.zone, site.language);
