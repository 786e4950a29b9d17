import { wipeGate } from '../../../domain/gates/wipe.ts';
import type { Site } from '../../../domain/site.ts';
import { isFailure } from '../../failures.ts';
import type { Store } from '../../store/store.ts';
import { startRounds, type LookAtHosts, type Rounds } from '../rounds.ts';
import { zeroEnded } from '../remote/names.ts';
import type { Remote } from '../remote/remote.ts';
import { forgetTrash, trashDirectories, withTrash } from './places.ts';
import { listTrash, type Trash, type Trashed } from './trash.ts';

export interface EmptyingDependencies {
  readonly site: () => Promise<Site>;
  readonly remote: Pick<Remote, 'run' | 'job'>;
  readonly store: Pick<Store, 'getPlan' | 'getNamed' | 'changeNamed'>;
  readonly clock: () => Date;
}

const EVERY_MS = 10 * 60_000;
/** What could not be deleted is tried again after this time: the same job attaches to its record until then. */
const AGAIN_MS = 60 * 60_000;
/** Much data takes hours. A job that this leaves behind goes on, and the next look waits for it. */
const DEADLINE_MS = 6 * 60 * 60_000;

/**
 * Deletes on one host what has been in the trash for its time, and the oldest entries while the file system has less free
 * space than `wipe.minFree`. Only what a stored plan of gate `wipe` names for this host: that approval is the right to it. Looks
 * into each directory of site.yaml, and into each other one in which the service has made a trash.
 * Returns lines on what stays although it is due.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`
 */
export async function emptyTrash(
  deps: EmptyingDependencies,
  host: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const site = await deps.site();
  const round = Math.floor(deps.clock().getTime() / AGAIN_MS);
  const left: string[] = [];
  const directories = await trashDirectories(deps.store, site, host);
  for (const trash of await listTrash(deps.remote, host, directories, { signal })) {
    const { directory } = trash;
    if (trash.entries.length === 0 && !withTrash(site, host).includes(directory)) {
      await forgetTrash(deps.store, host, directory);
      continue;
    }
    const due: string[] = [];
    for (const { id, plan } of dueIn(trash, site.wipe.minFree)) {
      if (await allows(deps, plan, host, directory)) due.push(id);
      else
        left.push(
          `${host}: ${directory}/.semester-trash/${id} is due, but no stored plan ${plan} of gate wipe names ${directory} of ${host}: delete it by hand`,
        );
    }
    if (due.length === 0) continue;
    const ref = { workflow: `trash/${site.name}`, step: `empty-${host}`, round, byHand: false };
    const args = [directory, String(site.wipe.minFree), String(due.length)];
    const job = { name: 'empty-trash', args, input: zeroEnded(due) };
    const { tail } = await deps.remote.job(host, ref, job, signal && { signal });
    left.push(
      ...tail
        .split('\n')
        .flatMap((line) => (line.startsWith('left: ') ? [`${host}: ${directory}: ${line.slice(6)}`] : [])),
    );
  }
  return left;
}

/** What may be deleted now, the oldest first. The host decides again with its own clock and disk. */
export function dueIn({ entries, now, free, size }: Trash, minFree: number): readonly Trashed[] {
  const short = free * 100 < size * minFree;
  return entries.filter(
    ({ state, until }) =>
      state === 'deleting' || (state !== 'unreadable' && until <= now) || (state === 'kept' && short),
  );
}

async function allows(
  { store }: EmptyingDependencies,
  digest: string,
  host: string,
  directory: string,
): Promise<boolean> {
  try {
    const { binding } = await store.getPlan(wipeGate, digest);
    if (binding.storage === host && binding.home === directory) return true;
    if (Object.hasOwn(binding.also[host] ?? {}, directory)) return true;
    const named = Object.hasOwn(binding.docker, host) || binding.deferred.includes(host);
    return named && binding.dockerDirectory === directory;
  } catch (error) {
    if (isFailure(error, 'PlanVoid')) return false;
    throw error;
  }
}

/**
 * Empties the trash of every host every ten minutes until `stop`; state lies on the hosts, so a worker that starts anew
 * goes on. On the storage host it ends deletions of homes that were cut off. An excluded host is no exception: its trash has its time, too. Several workers meet at the host's lock and at the same job. A host that hangs delays no other. `failed` gets what went
 * wrong; emptying goes on.
 */
export function startEmptying(
  /** `mayAct` rejects while the store is older than the world: people may have decided otherwise since. */
  deps: EmptyingDependencies & { readonly mayAct: () => Promise<void> },
  failed: (what: unknown) => void,
): Rounds {
  const turn = async (look: LookAtHosts) => {
    await deps.mayAct();
    const { storage, hosts, excluded = [] } = await deps.site();
    void look(
      [storage, ...hosts, ...excluded].map(({ name }) => name),
      (host, signal) => emptyTrash(deps, host, signal),
    );
    return EVERY_MS;
  };
  return startRounds(turn, { firstMs: EVERY_MS, deadlineMs: DEADLINE_MS, failed });
}
