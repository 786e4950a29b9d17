import { Temporal } from 'temporal-polyfill';
import { before, beginningOf, durationMs, endOf } from '../domain/moments.ts';
import type { Semester } from '../domain/semester.ts';
import type { Site } from '../domain/site.ts';
import type { Draft } from './draft.ts';
import type { Violation } from './issues.ts';
import { repeated } from './repeated.ts';

/** Context of the checks. */
export interface SemesterContext {
  /** Without it, the leader is not checked, and days are in UTC. */
  readonly site?: Pick<Site, 'zone' | 'hosts' | 'update'>;
  /** Set by `check` and `start` only: the deadline of a running semester may have passed. */
  readonly now?: Date;
}

/** Contradictions between keys of semester.yaml that are each valid alone. */
export function semesterViolations(semester: Draft<Semester>, context: SemesterContext): readonly Violation[] {
  const keep = semester.keep ?? [];
  return [
    ...dateViolations(semester, context),
    ...noticeViolations(semester, context.site?.zone ?? 'UTC'),
    ...repeated(
      keep.map((kept, index) => [['keep', index, 'user'], kept?.user]),
      'an account not listed before',
    ),
    ...nudgeViolations(semester.applications?.nudges ?? []),
    ...leaderViolations(semester.leader, context.site),
    ...keptViolations(semester, context),
  ];
}

const TWO_YEARS = 2 * 366 * 24 * 3600_000;
const earlier = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) < 0;

function dateViolations({ deadline, period, applications }: Draft<Semester>, context: SemesterContext) {
  const zone = context.site?.zone ?? 'UTC';
  const end = deadline === undefined ? undefined : endOf(deadline, zone);
  const from = period?.from === undefined ? undefined : beginningOf(period.from, zone);
  const until = period?.until === undefined ? undefined : endOf(period.until, zone);
  const applied = applications?.until === undefined ? undefined : endOf(applications.until, zone);
  const found: Violation[] = [];
  if (end && from && !earlier(end, from)) {
    found.push({ path: ['period', 'from'], expected: 'a date after the deadline', see: ['deadline'] });
  }
  if (from && until && until.epochMilliseconds > from.epochMilliseconds + TWO_YEARS) {
    found.push({
      path: ['period', 'until'],
      expected: 'a date within two years from period.from',
      see: ['period', 'from'],
    });
  }
  if (end && context.now && end.epochMilliseconds <= context.now.getTime()) {
    found.push({ path: ['deadline'], expected: `a date after now (${context.now.toISOString()})` });
  }
  if (from && until && !earlier(from, until)) {
    found.push({ path: ['period', 'until'], expected: 'a date after period.from', see: ['period', 'from'] });
  } else if (end && until && !earlier(end, until)) {
    found.push({ path: ['period', 'until'], expected: 'a date after the deadline', see: ['deadline'] });
  }
  if (applied && ((from && earlier(applied, from)) || (until && earlier(until, applied)))) {
    found.push({ path: ['applications', 'until'], expected: 'a date within the period', see: ['period', 'from'] });
  } else if (applied && end && !earlier(end, applied)) {
    found.push({ path: ['applications', 'until'], expected: 'a date after the deadline', see: ['deadline'] });
  }
  return found;
}

function noticeViolations({ notices = [], minimumNotice, deadline }: Draft<Semester>, zone: string) {
  const end = deadline === undefined ? Temporal.Instant.fromEpochMilliseconds(0) : endOf(deadline, zone);
  const sent = notices.filter((notice) => notice !== undefined).map((notice) => before(end, notice, zone));
  const first = sent.toSorted((a, b) => Temporal.Instant.compare(a, b))[0];
  const late = minimumNotice !== undefined && first && earlier(before(end, minimumNotice, zone), first);
  return [
    ...repeated(
      notices.map((notice, index) => [
        ['notices', index],
        notice === undefined ? notice : before(end, notice, zone).toString(),
      ]),
      'an offset not used before',
    ),
    ...(late
      ? [
          {
            path: ['minimumNotice'],
            expected: 'at most the longest of notices: otherwise no notice is early enough',
            remedy: 'send a notice earlier, or lower minimumNotice',
          },
        ]
      : []),
  ];
}

function nudgeViolations(nudges: readonly (string | undefined)[]): readonly Violation[] {
  return nudges.flatMap((nudge, index) => {
    const earlier = index === 0 ? undefined : nudges[index - 1];
    if (nudge === undefined || earlier === undefined || durationMs(earlier) <= durationMs(nudge)) return [];
    return [
      {
        path: ['applications', 'nudges', index],
        expected: `at least ${earlier}: intervals between reminders must not shrink`,
      },
    ];
  });
}

function leaderViolations(leader: string | undefined, site: SemesterContext['site']): readonly Violation[] {
  if (leader === undefined || site === undefined) return [];
  const path = ['leader'];
  if (!site.hosts.some((host) => host.name === leader)) {
    return [{ path, expected: `one of hosts: ${site.hosts.map((host) => host.name).join(', ')}` }];
  }
  if (site.update.canary !== leader) return [];
  return [
    {
      path,
      expected: 'a host that is not update.canary of the site',
      remedy: 'name another leader, or another canary',
    },
  ];
}

/** An exemption that has ended already has no effect. */
function keptViolations(
  { keep = [], deadline }: Draft<Semester>,
  { site, now }: SemesterContext,
): readonly Violation[] {
  if (now === undefined) return [];
  const zone = site?.zone ?? 'UTC';
  const end = deadline === undefined ? undefined : endOf(deadline, zone);
  return keep.flatMap((kept, index): readonly Violation[] => {
    if (kept?.until === undefined) return [];
    const path = ['keep', index, 'until'];
    const until = endOf(kept.until, zone);
    if (until.epochMilliseconds <= now.getTime())
      return [{ path, expected: 'today or a later day: this exemption has ended' }];
    if (end === undefined || earlier(end, until)) return [];
    const expected = 'a day after the deadline: the wipe follows it, and this exemption would have ended';
    return [{ path, expected, see: ['deadline'] }];
  });
}
