import { rolloutGate, type RolloutBinding, type RolloutObserved } from '../../../domain/gates/rollout.ts';
import { fleetClashes } from '../../../domain/ranges.ts';
import { packageRow } from '../../../domain/packages.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import { imageChanges, type ImageChanges } from '../leader/image-changes.ts';
import { fleetRanges } from '../docker/ranges.ts';
import { runSiteChecks } from './site-checks.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { RolloutActivities } from './contract.ts';
import { readMessages, type Say } from '../../../texts/messages.ts';
import type { Difference } from '../../../domain/differences.ts';

const NOTHING_KNOWN: ImageChanges = {
  packages: [],
  files: [],
  compared: 0,
  silent: [],
  lacking: [],
  differences: [],
  different: 0,
  unmerged: [],
  foreign: [],
};

/**
 * Gate `rollout` of R8: which image goes to which hosts in which order, and what changes there.
 * @throws ApplicationFailure `VerificationFailed` if users' subordinate ids differ between the hosts that answer now
 */
export function planRollout({ site, remote, store }: HostDependencies): RolloutActivities['planRollout'] {
  return async ({ leader, image, followers, canary, waves }): Promise<PlanRef> => {
    const { name, sha256, bytes, parent, changes } = image.facts;
    const current = await site();
    const say = await readMessages(current, current.language);
    const empty = changes === 0 || followers.length === 0;
    const answers = await Promise.all(
      followers.map(async (host) => ({ host, up: empty || (await remote.reachable(host)) })),
    );
    const down = answers.filter(({ up }) => !up).map(({ host }) => host);
    const answering = empty ? [] : followers.filter((host) => !down.includes(host));
    const clashes = fleetClashes(empty ? [] : (await fleetRanges(remote, [leader, ...answering])).ids);
    const failing = await Promise.all(
      answering.map(async (host) => ({ host, checks: await runSiteChecks(remote, current, host) })),
    );
    const known = { ...NOTHING_KNOWN, ...(await store.getNamed<ImageChanges>(imageChanges(name))) };
    const { packages, files, compared, differences, ...seen } = known;
    const plan: Plan<RolloutBinding, RolloutObserved> = {
      gate: 'rollout',
      binding: { image: name, sha256, leader, canary: canary?.host ?? null, waves, packages, files, differences },
      observed: { ...seen, bytes, parent, canary, down },
    };
    const rows = [
      ...(canary === null ? [] : [say('rollout.canary', { ...canary })]),
      ...waves.map((hosts, at) => say('rollout.wave', { number: at + 1, hosts })),
      ...packages.map((change) => packageRow(change, compared)),
      ...files.map((file) => `~ /${file}`),
      ...differences.map((one) => {
        return say('rollout.difference', { sign: SIGNS[one.change], what: named(say, one), hosts: one.hosts });
      }),
    ];
    return {
      gate: 'rollout',
      digest: await store.putPlan(plan),
      headline: empty
        ? say('rollout.nothing', { image: name, leader })
        : say('rollout.headline', {
            image: name,
            leader,
            followers,
            packages: packages.length,
            files: files.length,
          }),
      counts: {
        hosts: followers.length,
        packages: packages.length,
        files: files.length,
        differences: seen.different,
        bytes,
      },
      rows: rows.slice(0, 10),
      total: rows.length,
      kept: [],
      warnings: warningsOf(say, { leader, known, parent, canary, down, failing, clashes }),
      waivable: [],
      confirm: rolloutGate.confirm(plan.binding),
      empty,
    };
  };
}

const SIGNS: Readonly<Record<Difference['change'], string>> = { lost: '-', replaced: '~', brought: '+' };

const named = (say: Say, { kind, name }: Difference) => say(`rollout.kind.${kind}`, { name });

function warningsOf(
  say: Say,
  a: {
    leader: string;
    known: ImageChanges;
    failing: readonly { host: string; checks: readonly string[] }[];
    clashes: ReturnType<typeof fleetClashes>;
  } & Pick<RolloutObserved, 'parent' | 'canary' | 'down'>,
): readonly string[] {
  const { leader, parent, canary, down, clashes } = a;
  const { differences, different, unmerged, foreign, silent, lacking } = a.known;
  const lost = differences.filter(({ change }) => change === 'lost');
  const losers = [...new Set(lost.flatMap(({ hosts }) => hosts))].toSorted();
  return [
    ...(canary !== null && !canary.healthy
      ? [say('rollout.unhealthy', { host: canary.host, summary: canary.summary })]
      : []),
    ...(clashes.ranges.length > 0
      ? [say('rollout.clashes', { ranges: clashes.ranges, ids: clashes.ids.map(String) })]
      : []),
    ...losers.map((host) => {
      const things = lost.filter(({ hosts }) => hosts.includes(host)).map((one) => named(say, one));
      return say('rollout.lost', { host, things });
    }),
    ...(different > differences.length ? [say('rollout.more', { count: different - differences.length })] : []),
    ...(unmerged.length > 0 ? [say('rollout.unmerged', { leader, files: unmerged })] : []),
    ...(foreign.length > 0 ? [say('rollout.foreign', { leader, packages: foreign })] : []),
    ...(parent === null
      ? [say('rollout.full')]
      : lacking.length > 0
        ? [say('rollout.lacking', { hosts: lacking, parent })]
        : []),
    ...silent.map((host) => say('rollout.silent', { host })),
    ...a.failing
      .filter(({ checks }) => checks.length > 0)
      .map(({ host, checks }) => say('rollout.failing', { host, checks })),
    ...down.map((host) => say('rollout.down', { host })),
  ];
}
