import { rolloutGate, type RolloutBinding, type RolloutObserved } from '../../../domain/gates/rollout.ts';
import { packageRow } from '../../../domain/packages.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import { imageChanges, type ImageChanges } from '../leader/image-changes.ts';
import { fleetRanges } from '../docker/ranges.ts';
import { rolloutTexts } from './rollout-texts.ts';
import type { UpdateDeps } from '../update-dependencies.ts';
import type { RolloutActivities } from './contract.ts';

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
 * @throws ApplicationFailure `VerificationFailed` where users' subordinate ids differ between the hosts that answer now
 */
export function planRollout({ site, remote, store }: UpdateDeps): RolloutActivities['planRollout'] {
  return async ({ leader, image, followers, canary, waves }): Promise<PlanRef> => {
    const { name, sha256, bytes, parent, changes } = image.facts;
    const texts = rolloutTexts((await site()).language);
    const empty = changes === 0 || followers.length === 0;
    const answers = await Promise.all(
      followers.map(async (host) => ({ host, up: empty || (await remote.reachable(host)) })),
    );
    const down = answers.filter(({ up }) => !up).map(({ host }) => host);
    if (!empty) await fleetRanges(remote, [leader, ...followers.filter((host) => !down.includes(host))]);
    const known = { ...NOTHING_KNOWN, ...(await store.getNamed<ImageChanges>(imageChanges(name))) };
    const { packages, files, compared, differences, ...seen } = known;
    const plan: Plan<RolloutBinding, RolloutObserved> = {
      gate: 'rollout',
      binding: { image: name, sha256, leader, canary: canary?.host ?? null, waves, packages, files, differences },
      observed: { ...seen, bytes, parent, canary, down },
    };
    const rows = [
      ...(canary === null ? [] : [texts.canary(canary)]),
      ...waves.map((hosts, at) => texts.wave(at + 1, hosts)),
      ...packages.map((change) => packageRow(change, compared)),
      ...files.map((file) => `~ /${file}`),
      ...differences.map(texts.difference),
    ];
    return {
      gate: 'rollout',
      digest: await store.putPlan(plan),
      headline: empty
        ? texts.nothing(name, leader)
        : texts.headline(name, leader, followers, packages.length, files.length),
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
      warnings: warningsOf(texts, { leader, known, parent, canary, down }),
      waivable: [],
      confirm: rolloutGate.confirm(plan.binding),
      empty,
    };
  };
}

function warningsOf(
  texts: ReturnType<typeof rolloutTexts>,
  a: { leader: string; known: ImageChanges } & Pick<RolloutObserved, 'parent' | 'canary' | 'down'>,
): readonly string[] {
  const { leader, parent, canary, down } = a;
  const { differences, different, unmerged, foreign, silent, lacking } = a.known;
  const lost = differences.filter(({ change }) => change === 'lost');
  const losers = [...new Set(lost.flatMap(({ hosts }) => hosts))].toSorted();
  return [
    ...(canary !== null && !canary.healthy ? [texts.unhealthy(canary)] : []),
    ...losers.map((host) =>
      texts.lost(
        host,
        lost.filter(({ hosts }) => hosts.includes(host)),
      ),
    ),
    ...(different > differences.length ? [texts.more(different - differences.length)] : []),
    ...(unmerged.length > 0 ? [texts.unmerged(leader, unmerged)] : []),
    ...(foreign.length > 0 ? [texts.foreign(leader, foreign)] : []),
    ...(parent === null ? [texts.full] : lacking.length > 0 ? [texts.lacking(lacking, parent)] : []),
    ...silent.map(texts.silent),
    ...down.map(texts.down),
  ];
}
