import { randomUUID } from 'node:crypto';
import type { Site } from '../../domain/site.ts';
import { refuse, tryAgain } from '../failures.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import type { Store } from '../store/store.ts';
import { EPOCH, isKnown, mailMark, NO_ACTS, withActs, type Act, type Epoch } from './acts.ts';
import { hostJournal, isSilent, localJournal, type Journal } from './journals.ts';
import { behindText, LOST_MAILS, readBehind, putBehind } from './recovery.ts';

/** What is about to be done. */
export type Intent = Omit<Act, 'epoch' | 'run' | 'at'>;

export interface Acts {
  /**
   * Records an act in the store, in the state directory, on the storage host and on the host that it is about, before
   * its first effect.
   * @throws ApplicationFailure `StoreBehind` if one of them knows an act that the store does not know, until a person
   * confirms; `Unreachable` (retryable) while no host answers
   */
  record(intent: Intent): Promise<void>;
  /** Compares the store with all journals. @throws like `record` */
  check(): Promise<void>;
}

export interface EpochDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'getNamed' | 'putNamed' | 'changeNamed'>;
  readonly remote: Pick<Remote, 'run'>;
  readonly clock: () => Date;
}

/** How long a host that did not answer is left alone before it is asked for its journal again. */
const ASK_AGAIN_MS = 10 * 60_000;

/**
 * Notices that the store is older than the world: restored from a backup, a dump or a snapshot. Each act is recorded in the
 * store first, then in journals outside of it. So the store knows all acts of all journals, unless it was restored.
 */
export function createActs({ site: read, store, remote, clock }: EpochDependencies): Acts {
  /** Hosts whose journal has been compared since this worker started, and when the others were asked. */
  const compared = new Set<string>();
  const asked = new Map<string, number>();

  const run = randomUUID();
  const known = async () => (await store.getNamed<Epoch>(EPOCH)) ?? NO_ACTS;

  const demandConfirmed = async () => {
    const behind = await readBehind(store);
    if (behind) throw refuse('StoreBehind', behindText(behind));
  };

  /** @throws `StoreBehind` if the store lacks an act */
  const demandKnown = async (acts: readonly Act[]) => {
    // Read now: another worker may have recorded acts meanwhile, in the store first.
    const epoch = await known();
    const missing = acts.filter((act) => !isKnown(epoch, act));
    if (missing.length === 0) return;
    await putBehind(store, { was: epoch.at === '' ? null : epoch.at, missing, noticedAt: clock().toISOString() });
    await demandConfirmed();
  };

  const compare = async (site: Site) => {
    const journals = [localJournal(site), ...hostsOf(site).map((host) => hostJournal(remote, site, host))];
    const due = journals.filter(
      ({ name }) => !compared.has(name) && (asked.get(name) ?? -Infinity) <= clock().getTime() - ASK_AGAIN_MS,
    );
    if (due.length === 0) return;
    const { floor } = await known();
    const found = await Promise.all(
      due.map(async (journal) => {
        asked.set(journal.name, clock().getTime());
        const acts = await journal.after(floor).catch(unlessSilent);
        if (acts) compared.add(journal.name);
        return acts ?? [];
      }),
    );
    await demandKnown(found.flat());
    if (hostsOf(site).some((host) => compared.has(host))) return;
    // The next attempt asks again at once.
    asked.clear();
    throw tryAgain(
      'Unreachable',
      `none of the hosts ${hostsOf(site).join(', ')} answers, so nothing shows whether the store is up to date: nothing is done`,
    );
  };

  const demandUpToDate = async (site: Site) => {
    // Compares also a store that a person has restored and nobody has confirmed: its list must name what is missing.
    await compare(site).catch(async (error: unknown) => {
      await demandConfirmed();
      throw error;
    });
    await demandConfirmed();
  };

  return {
    check: async () => demandUpToDate(await read()),
    async record(intent) {
      const site = await read();
      await demandUpToDate(site);
      const at = clock().toISOString();
      let act: Act | null = null;
      const { floor } = await store.changeNamed<Epoch>(EPOCH, (before) => {
        act = { epoch: (before?.epoch ?? 0) + 1, run, at, ...intent };
        return withActs(before ?? NO_ACTS, [act], at);
      });
      const kept: Kept[] = [];
      const keep = async (journal: Journal) => void kept.push(await append(journal, act!));
      const local = localJournal(site);
      const [storage = '', ...others] = hostsOf(site);
      const own = others.filter((host) => host === intent.host);
      await Promise.all([local, ...[storage, ...own].map((host) => hostJournal(remote, site, host))].map(keep));
      const answered = () => kept.some(({ journal, taken }) => taken && journal.name !== local.name);
      // The storage host does not answer: other hosts remember the act. They are asked at once, since each that hangs takes its deadline.
      if (!answered())
        await Promise.all(
          others.filter((host) => !own.includes(host)).map((host) => keep(hostJournal(remote, site, host))),
        );
      if (!kept.some(({ taken }) => taken))
        throw tryAgain(
          'Unreachable',
          `no host and no file in ${site.stateDir} takes the record of this act: it is not done`,
        );
      const epoch = await known();
      for (const { journal, last } of kept) {
        if (last && !isKnown(epoch, last)) await demandKnown(await journal.after(floor));
      }
    },
  };
}

const hostsOf = ({ storage, hosts }: Site): readonly string[] => [
  storage.name,
  ...hosts.map(({ name }) => name).filter((name) => name !== storage.name),
];

/** Whether a journal took an act, and the last one before it. */
interface Kept {
  readonly journal: Journal;
  readonly taken: boolean;
  readonly last: Pick<Act, 'epoch' | 'run'> | null;
}

async function append(journal: Journal, act: Act): Promise<Kept> {
  try {
    return { journal, taken: true, last: await journal.append(act) };
  } catch (error) {
    if (!isSilent(error)) throw error;
    return { journal, taken: false, last: null };
  }
}

function unlessSilent(error: unknown): null {
  if (isSilent(error)) return null;
  throw error;
}

/** A store that tells `acts` before mails go, and knows which mails a lost store may have sent. */
export function withAnnouncedMails(store: Store, acts: Acts, running: () => Intent | null): Store {
  return {
    ...store,
    async announceMails(keys) {
      if (keys.length === 0) return [];
      const intent = running() ?? { activity: 'mail', workflow: '' };
      await acts.record({ ...intent, mails: keys.map(mailMark) });
      const lost = new Set(await store.getNamed<readonly string[]>(LOST_MAILS));
      return keys.filter((key) => lost.has(mailMark(key)));
    },
  };
}
