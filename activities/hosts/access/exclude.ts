import { excludeGate, type ExcludeBinding, type ExcludeObserved } from '../../../domain/gates/exclude.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import type { Excluded, HostAddress, Site } from '../../../domain/site.ts';
import { putExcluded } from '../../site/excluded-hosts.ts';
import { refuse } from '../../failures.ts';
import { askExports, demandNotExported, excludedHost } from './exports.ts';
import { exemptOnHosts, type HostDependencies } from '../dependencies.ts';
import { LOGIN_LOCK } from '../root/private.ts';
import type { AccessActivities } from './contract.ts';
import { readMessages } from '../../../texts/messages.ts';

/** Gate `exclude`: plans the exclusion of a broken host. See `AccessActivities`. */
export function planExclude(dependencies: HostDependencies): AccessActivities['planExclude'] {
  const { site, remote, store } = dependencies;
  return async ({ host, reason }): Promise<PlanRef> => {
    const current = await site();
    const { storage, layout, exports, language } = current;
    const known = hostOf(current, host);
    if (current.update.leader === host) {
      const remedy = `set another update.leader in site.yaml, then start again`;
      throw refuse('ConfigInvalid', `${host} is the leader, which makes the image of all other hosts: ${remedy}`);
    }
    const [{ all }, answers] = await Promise.all([
      askExports(dependencies, current, 'look', known),
      remote.reachable(host),
    ]);
    const binding: ExcludeBinding = {
      host,
      reason,
      storage: storage.name,
      home: layout.home,
      exportsFile: exports.file,
    };
    const plan: Plan<ExcludeBinding, ExcludeObserved> = {
      gate: 'exclude',
      binding,
      observed: { exported: all, answers },
    };
    const say = await readMessages(current, language);
    return {
      gate: 'exclude',
      digest: await store.putPlan(plan),
      headline: say('exclude.headline', { host, reason, storage: storage.name, home: layout.home }),
      counts: { exported: all.length },
      rows: all.map((client) => say('exclude.exported', { client })).slice(0, 10),
      total: all.length,
      kept: [],
      warnings: [
        say('exclude.later', { host, docker: layout.docker }),
        ...(answers ? [say('exclude.answers', { host })] : []),
      ],
      waivable: [],
      confirm: excludeGate.confirm(binding),
      empty: excludedHost(current, host) !== undefined,
    };
  };
}

/** Excludes the host of an approved plan. */
export function excludeHost(dependencies: HostDependencies): AccessActivities['excludeHost'] {
  const { site, store, clock } = dependencies;
  return async ({ plan, by }) => {
    const { binding } = await store.getPlan(excludeGate, plan);
    const current = await site();
    const { host, reason, storage, home } = binding;
    if (storage !== current.storage.name || home !== current.layout.home) {
      throw refuse(
        'PlanVoid',
        `the approved plan excludes from ${home} on ${storage}, but site.yaml names another storage or home: retry to ask again`,
      );
    }
    const { to, all, changed } = await askExports(dependencies, current, 'stop', hostOf(current, host));
    demandNotExported(current, host, to, 'VerificationFailed');
    const at = clock().toISOString();
    await putExcluded(store, host, { reason, by, at });
    return {
      what: 'excluded',
      at,
      summary: `${storage} exports ${home} to ${all.join(', ') || 'no host'}, and no longer to ${host}`,
      facts: { host, exported: all.length },
      how: changed ? 'service' : 'found',
    };
  };
}

/** Includes an excluded host again. */
export function includeHost(dependencies: HostDependencies): AccessActivities['includeHost'] {
  const { site, remote, store, clock } = dependencies;
  return async ({ host }) => {
    const current = await site();
    const known = hostOf(current, host);
    const { changed, to } = await askExports(dependencies, current, 'start', known);
    if (to.length === 0) {
      throw refuse(
        'VerificationFailed',
        `${current.storage.name} does not export ${current.layout.home} to ${host}: add the host to ${current.exports.file} there, ${current.exports.reload}, then retry`,
      );
    }
    await putExcluded(store, host, null);
    const lock = ['look', `/${LOGIN_LOCK}`, clock().toISOString()];
    const exempt = exemptOnHosts(current, clock, []).map(({ user }) => user);
    const text = await remote.run(current.storage.name, { name: 'login-lock', args: [...lock, ...exempt] });
    return {
      what: 'included',
      at: clock().toISOString(),
      summary: `${current.storage.name} exports ${current.layout.home} to ${host} again`,
      // During a semester, the reopen phase opens the logins.
      facts: { host, closed: text.includes('refused=lock') },
      how: changed ? 'service' : 'found',
    };
  };
}

function hostOf(site: Site, host: string): HostAddress & Partial<Excluded> {
  const found = [...site.hosts, ...(site.excluded ?? [])].find(({ name }) => name === host);
  if (!found) throw refuse('ConfigInvalid', `site.yaml of ${site.name} has no GPU server ${JSON.stringify(host)}`);
  return found;
}
