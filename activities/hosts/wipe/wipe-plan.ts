import { posix } from 'node:path';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Site } from '../../../domain/site.ts';
import { exemptOnHosts, type HostDependencies } from '../dependencies.ts';
import { lastLogins } from '../access/last-logins.ts';
import type { Remote } from '../remote/remote.ts';
import { keptAccounts } from './exempt-owners.ts';
import { listTree, type Tree } from './tree.ts';
import { makeWipePlan, type HostTrees } from './wipe-make.ts';
import type { WipeActivities } from './contract.ts';
import { readMessages } from '../../../texts/messages.ts';

/** Gate `wipe`. See `HostActivities.planWipe`; `confirm` is the storage host's name and the number of homes. */
export function planWipe({ site, remote, store, clock }: HostDependencies): WipeActivities['planWipe'] {
  return async ({ semester, edition, keep, backup }): Promise<PlanRef> => {
    const current = await site();
    const { layout, storage, hosts } = current;
    const names = hosts.map(({ name }) => name);
    const kept = exemptOnHosts(current, clock, keep);
    const accounts = await keptAccounts(remote, [storage.name, ...names], kept);
    // Files of root lie in most homes and in all Docker data.
    const uids = [...new Set(accounts.flatMap((one) => one.uids))].filter((uid) => uid !== 0);
    const [homes, logins, ledger, ...trees] = await Promise.all([
      listTree(remote, storage.name, layout.home, 'sizes', uids),
      lastLogins(remote, [storage.name, ...names]),
      store.listMail(semester.name),
      ...names.map((host) => treesOf(remote, current, host, uids)),
    ]);
    const { plan, refOf } = makeWipePlan({
      site: current,
      semester: semester.name,
      edition,
      backup,
      kept,
      accounts,
      homes,
      trees,
      logins,
      ledger,
      at: clock(),
      say: await readMessages(current, current.language),
    });
    return refOf(await store.putPlan(plan));
  };
}

/** Reads the Docker data, the directories of `layout.alsoWipe`, and the names of the paths that stay. */
async function treesOf(remote: Remote, { layout }: Site, host: string, uids: readonly number[]): Promise<HostTrees> {
  const local = posix.dirname(layout.docker);
  const [docker, beside] = await Promise.all([
    listTree(remote, host, layout.docker, 'sizes', uids),
    listTree(remote, host, local, 'names'),
  ]);
  const paths = new Set(beside.entries.map(({ name }) => posix.join(local, name)));
  const also = new Map<string, Tree>();
  for (const dir of layout.alsoWipe)
    if (paths.has(dir)) also.set(dir, await listTree(remote, host, dir, 'sizes', uids));
  const stays = [...paths].filter((path) => path !== layout.docker && !also.has(path));
  return { host, docker, also, stays };
}
