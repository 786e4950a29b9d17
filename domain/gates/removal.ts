import { z } from 'zod';
import { LEDGER_STATES } from '../ledger.ts';
import { exact, list, maybe, number, planGate, seen, text } from './define.ts';
import { named } from './lines.ts';

const binding = exact({
  /** Digest of the site, as in `SiteView`. */
  site: text,
  /** The group's `identifier`. */
  group: text,
  semester: text,
  edition: number,
  /** Sorted by uid. */
  remove: list(exact({ uid: number, username: maybe })),
});

const observed = seen({
  /** Null if no member leaves. */
  exportFile: maybe,
  people: list(
    seen({
      uid: number,
      username: maybe,
      name: text,
      studentNumbers: list(text),
      pending: z.boolean(),
      notice: seen({ at: maybe, state: z.enum(LEDGER_STATES).nullable() }),
    }),
  ),
  /** Account names of those who remain, also through a group above. */
  staying: list(text),
  /**
   * Those who still sign in after the removal, as members of the groups `via` above this one. Older plans lack it.
   */
  implied: list(seen({ uid: number, username: maybe, name: text, via: list(text) })).optional(),
});

export type RemovalBinding = z.infer<typeof binding>;
export type RemovalObserved = z.infer<typeof observed>;

export const removalGate = planGate({
  name: 'removal',
  decides: { en: 'Who leaves the GPU group.', ko: 'GPU 그룹에서 누구를 뺄지 정합니다.' },
  phase: 'lockout',
  quorum: 1,
  lastsDays: 120,
  binding,
  observed,
  confirm: ({ group, remove }) => `${group} ${remove.length}`,
  skippable: false,
  rehearsal: 'plan',
  inFull: ({ remove }) =>
    named(
      'Removed from the group',
      remove.map(({ uid, username }) => username ?? `#${uid}`),
    ),
});
