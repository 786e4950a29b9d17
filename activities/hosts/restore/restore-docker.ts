import {
  restoreDockerGate,
  type RestoreDockerBinding,
  type RestoreDockerObserved,
  type TrashedData,
} from '../../../domain/gates/restore-docker.ts';
import { dayOf } from '../../../domain/moments.ts';
import { many } from '../../../domain/many.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import { refuse } from '../../failures.ts';
import { readMessages } from '../../../texts/messages.ts';
import type { HostDependencies } from '../dependencies.ts';
import { checkUser } from '../remote/quote.ts';
import { trashDirectories } from '../trash/places.ts';
import { ifFull } from '../remote/full.ts';
import { listTrash, putBack, type Trash, type Trashed } from '../trash/trash.ts';
import { listTree } from '../wipe/tree.ts';
import type { RestoreActivities } from './contract.ts';

const ROWS = 10;

/** What a host's trash holds of a user, by directory; the newest of each name. */
function heldFor(user: string, trash: readonly Trash[]): readonly (Trashed & { readonly directory: string })[] {
  return trash.flatMap(({ directory, entries }) => {
    const mine = entries.filter(({ state, name, owner }) => state === 'kept' && (name === user || owner === user));
    return [...new Map(mine.map((entry) => [entry.name, { ...entry, directory }])).values()];
  });
}

/**
 * Gate `restore-docker`. See `RestoreActivities.planRestoreDocker`.
 * @throws ApplicationFailure `VerificationFailed` if nothing can be moved back, naming why
 */
export function planRestoreDocker({
  site,
  remote,
  store,
  clock,
}: HostDependencies): RestoreActivities['planRestoreDocker'] {
  return async ({ restore: { user } }): Promise<PlanRef> => {
    checkUser(user);
    const current = await site();
    const hosts = [...current.hosts, ...(current.excluded ?? [])];
    const looks = await Promise.allSettled(
      hosts.map(async ({ name }) =>
        heldFor(user, await listTrash(remote, name, await trashDirectories(store, current, name))),
      ),
    );
    const entries: TrashedData[] = [];
    const until: Record<string, number> = {};
    const taken: string[] = [];
    const silent: string[] = [];
    for (const [index, { name: host }] of hosts.entries()) {
      const look = looks[index];
      if (look?.status !== 'fulfilled') silent.push(host);
      else {
        for (const { directory, name, owner, id, object, born, ...entry } of look.value) {
          if (entry.taken) taken.push(`${host}:${directory}/${name}`);
          else {
            entries.push({ host, directory, name, owner, id, object, born });
            until[id] = entry.until;
          }
        }
      }
    }
    if (entries.length === 0) {
      const why = [
        ...taken.map((path) => `${path} exists again, and a restore overwrites nothing: move it away`),
        ...silent.map((host) => `${host} does not answer`),
      ];
      throw refuse(
        'VerificationFailed',
        `no trash holds Docker data of ${user} that can be moved back. ${why.join('; ') || 'It was never there, or its time is over'}. Then retry, or abort`,
      );
    }
    const binding: RestoreDockerBinding = { user, entries };
    const plan: Plan<RestoreDockerBinding, RestoreDockerObserved> = {
      gate: 'restore-docker',
      binding,
      observed: { at: clock().toISOString(), until, taken, silent },
    };
    const say = await readMessages(current, current.language);
    const count = new Set(entries.map(({ host }) => host)).size;
    return {
      gate: 'restore-docker',
      digest: await store.putPlan(plan),
      headline: say('restoreDocker.headline', { user, directories: entries.length, hosts: count }),
      counts: { directories: entries.length, hosts: count },
      rows: entries.slice(0, ROWS).map(({ host, directory, name, owner, id }) =>
        say('restoreDocker.row', {
          host,
          path: `${directory}/${name}`,
          owner,
          until: dayOf(until[id] ?? 0, current.zone),
        }),
      ),
      total: entries.length,
      kept: taken.slice(0, ROWS).map((path) => say('restoreDocker.taken', { path })),
      warnings: silent.slice(0, ROWS).map((host) => say('restoreDocker.silent', { host })),
      waivable: [],
      confirm: restoreDockerGate.confirm(binding),
      empty: false,
    };
  };
}

/**
 * Moves exactly the approved data back. See `RestoreActivities.restoreDocker`.
 * @throws ApplicationFailure `VerificationFailed` naming what stays in the trash, and why
 */
export function restoreDocker({ remote, store, clock }: HostDependencies): RestoreActivities['restoreDocker'] {
  return async ({ ref, plan: digest }) => {
    const { binding } = await store.getPlan(restoreDockerGate, digest);
    const places = new Map(binding.entries.map(({ host, directory }) => [`${host}:${directory}`, { host, directory }]));
    const problems: string[] = [];
    for (const [place, { host, directory }] of places) {
      const entries = binding.entries.filter((entry) => entry.host === host && entry.directory === directory);
      const left = ref.byHand ? [] : await putBack(remote, host, ref, directory, entries);
      const { entries: there } = await listTree(remote, host, directory, 'names');
      const isBack = ({ name, object, born }: TrashedData) =>
        there.some((entry) => entry.name === name && entry.object === object && entry.born === born);
      const missing = entries.filter((entry) => !isBack(entry)).map(({ name }) => name);
      if (missing.length > 0)
        problems.push(`${place}/${missing.slice(0, 5).join(', ')} is not back. ${left.slice(0, 5).join('; ')}`);
    }
    if (problems.length > 0) {
      const why = problems.join('; ');
      throw refuse(
        'VerificationFailed',
        `${why}${ifFull(why, [...places.keys()].join(', ')) || '. Correct it there, then retry'}`,
      );
    }
    const hosts = new Set(binding.entries.map(({ host }) => host));
    return {
      what: 'docker-restored',
      at: clock().toISOString(),
      summary: `${many(binding.entries.length, 'directory', 'directories')} of ${binding.user} moved back from the trash on ${[...hosts].join(', ')}`,
      facts: { hosts: hosts.size, directories: binding.entries.length },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  };
}
