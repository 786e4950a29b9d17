import { many } from '../../domain/many.ts';
import type { Store } from '../store/store.ts';
import { EPOCH, NO_ACTS, withActs, type Act, type Epoch } from './acts.ts';

/** The store lacks acts that a journal knows. */
export interface Behind {
  /** When the last act was that the store knows, UTC; null: it knows none. */
  readonly was: string | null;
  /** The acts that it lacks. Empty: a person restored it, and no journal knows more. */
  readonly missing: readonly Act[];
  readonly noticedAt: string;
}

const BEHIND = 'store-behind';
/** `mailMark` of each mail that may have been sent although no ledger knows it. */
export const LOST_MAILS = 'lost-mails';

/** Why nothing may act now; null: the store is up to date, or a person has confirmed. */
export const readBehind = (store: Pick<Store, 'getNamed'>): Promise<Behind | null> => store.getNamed<Behind>(BEHIND);

/** Stops all acts until a person confirms. Acts that were noticed before stay. */
export async function putBehind(store: Pick<Store, 'changeNamed'>, behind: Behind): Promise<void> {
  await store.changeNamed<Behind | null>(BEHIND, (before) => {
    if (!before) return { ...behind, missing: sorted(behind.missing) };
    return { ...before, missing: sorted([...before.missing, ...behind.missing]) };
  });
}

/** By epoch, each once: several journals know the same act. */
function sorted(acts: readonly Act[]): readonly Act[] {
  const unique = new Map(acts.map((act) => [`${act.epoch} ${act.run}`, act]));
  return [...unique.values()].toSorted((a, b) => a.at.localeCompare(b.at) || a.epoch - b.epoch);
}

/**
 * A person confirms: mails that the store lacks become unknown, and acts are possible again. Returns what was confirmed;
 * null: there was nothing to confirm.
 */
export async function confirmBehind(
  store: Pick<Store, 'getNamed' | 'putNamed' | 'changeNamed'>,
  who: { readonly by: string; readonly at: string },
): Promise<Behind | null> {
  const behind = await readBehind(store);
  if (!behind) return null;
  const marks = behind.missing.flatMap(({ mails }) => mails ?? []);
  await store.changeNamed<readonly string[]>(LOST_MAILS, (before) => [...new Set([...(before ?? []), ...marks])]);
  await store.changeNamed<Epoch>(EPOCH, (before) => withActs(before ?? NO_ACTS, behind.missing, who.at));
  await store.changeNamed<readonly object[]>('recoveries', (before) => [
    ...(before ?? []),
    { ...who, was: behind.was, acts: behind.missing.length },
  ]);
  await store.putNamed(BEHIND, null);
  return behind;
}

/** How long the store went back, for people: `3 h`. */
function backBy({ was, missing, noticedAt }: Behind): string {
  if (!was) return 'is empty';
  const until = missing.at(-1)?.at ?? noticedAt;
  const hours = Math.max(0, Date.parse(until) - Date.parse(was)) / 3_600_000;
  return `went back ${hours < 1 ? `${Math.ceil(hours * 60)} min` : `${Math.round(hours)} h`}, to ${was}`;
}

/** One line for each act that the store lacks; `shown` of them at most. */
export function missingLines({ missing }: Behind, shown = Infinity): readonly string[] {
  const lines = missing.slice(0, shown).map(({ at, activity, workflow, host, mails }) => {
    const about = [workflow, host, mails && many(mails.length, 'mail')].filter((part) => part).join(', ');
    return `${at} ${activity}${about === '' ? '' : ` (${about})`}`;
  });
  return missing.length > lines.length ? [...lines, `and ${missing.length - lines.length} more`] : lines;
}

/** What happened, and what to type. */
export function behindText(behind: Behind): string {
  const since =
    behind.missing.length === 0
      ? 'no journal knows an act since'
      : `this may have happened since: ${missingLines(behind, 5).join('; ')}`;
  return (
    `the store ${backBy(behind)}; ${since}. Nothing acts until a person has looked: on the worker's machine type ` +
    '"semester recover --by NAME", then retry the step'
  );
}
