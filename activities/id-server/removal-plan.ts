import { removalGate, type RemovalBinding, type RemovalObserved } from '../../domain/gates/removal.ts';
import { digestOf } from '../../domain/digest.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Exemption, Site } from '../../domain/site.ts';
import { waivable } from '../../domain/waivers.ts';
import type { exportMembers } from './export.ts';
import { noticesOf } from './notices.ts';
import {
  impliedWarnings,
  type Leaving,
  labelOf,
  removalWarnings,
  shortOf,
  unknownExemptWarnings,
  when,
} from './removal-warnings.ts';
import type { LedgerEntry, Store } from '../store/store.ts';
import type { Implied, Member } from './types.ts';
import { readMessages, keptLine, type Say } from '../../texts/messages.ts';

const ROWS = 10;

/** Makes the plan of gate `removal` from the current lists. Writes the export and stores the plan. */
export async function makeRemovalPlan(a: {
  site: Site;
  semester: Semester;
  calendar: Calendar;
  edition: number;
  kept: readonly Exemption[];
  members: readonly Member[];
  implied: readonly Implied[];
  pending: readonly Member[];
  ledger: readonly LedgerEntry[];
  store: Store;
  exportMembers: typeof exportMembers;
  at: Date;
}): Promise<PlanRef> {
  const { site, semester, kept, at } = a;
  const asked = new Set(a.pending.map((member) => member.uid));
  const notices = noticesOf(a.ledger, a.edition);
  const stays = isExempt(kept);
  const members = a.members.toSorted((one, other) => one.uid - other.uid);
  const people = members
    .filter((member) => !stays(member))
    .map((member): Leaving => {
      const notice = notices.get(member.username ?? '') ?? { at: null, state: null };
      return { ...member, pending: asked.has(member.uid), notice };
    });
  const rows = members.map((member) => ({ ...member, pending: asked.has(member.uid), kept: stays(member) }));
  const exportFile = people.length === 0 ? null : await a.exportMembers(site.stateDir, semester.name, rows);
  const binding: RemovalBinding = {
    site: digestOf(site),
    group: site.idServer.group,
    semester: semester.name,
    edition: a.edition,
    remove: people.map(({ uid, username }) => ({ uid, username })),
  };
  const staying = [...new Set([...members, ...a.implied].filter(stays).map(labelOf))];
  const implied = a.implied
    .filter((one) => !stays(one))
    .map(({ uid, username, name, via }) => ({ uid, username, name, via: [...via] }));
  const observed: RemovalObserved = { exportFile, people, staying, implied };
  const digest = await a.store.putPlan({ gate: 'removal', binding, observed });
  const say = await readMessages(site, site.language);
  const unnoticed = people.filter((person) => person.notice.at === null);
  return {
    gate: 'removal',
    digest,
    headline: say('removal.headline', { count: people.length, group: site.idServer.group }),
    counts: {
      members: members.length,
      remove: people.length,
      alsoPending: people.filter((person) => person.pending).length,
      shortNotice: shortOf(people, at, a.calendar.minimumNoticeMs).length,
      noNotice: unnoticed.length,
      implied: implied.length,
    },
    rows: people.slice(0, ROWS).map((person) => rowOf(person, site, say)),
    total: people.length,
    kept: kept.map((one) => keptLine(say, one)),
    warnings: [
      ...(exportFile === null ? [] : removalWarnings({ ...a, people, exportFile, say })),
      ...impliedWarnings(site, implied, say),
      ...unknownExemptWarnings(site, kept, [...members, ...a.implied, ...a.pending], say),
    ],
    waivable: waivable(unnoticed.map(labelOf)),
    confirm: removalGate.confirm(binding),
    empty: people.length === 0,
  };
}

/** Whether a member is exempt. An account without a name never is. */
export function isExempt(kept: readonly Exemption[]): (member: Member) => boolean {
  const names = new Set(kept.map(({ user }) => user));
  return ({ username }) => username !== null && names.has(username);
}

/** `erin Erin Lee (2023-10007), notice Wednesday, 3 February 2027, 23:59 (Asia/Seoul), also asked to join` */
function rowOf(person: Leaving, site: Site, say: Say): string {
  const numbers = person.studentNumbers.length > 0 ? ` (${person.studentNumbers.join(', ')})` : '';
  const notice = say('removal.notice', { at: person.notice.at === null ? null : when(person.notice.at, site) });
  return [
    `${labelOf(person)} ${person.name}${numbers}`,
    notice,
    ...(person.pending ? [say('removal.pending')] : []),
  ].join(', ');
}
