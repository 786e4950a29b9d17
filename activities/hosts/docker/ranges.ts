import {
  mergeRanges,
  parseHostIds,
  problemsOf,
  rejectedLines,
  type FleetRanges,
  type HostIds,
} from '../../../domain/ranges.ts';
import { refuse } from '../../failures.ts';
import type { Remote } from '../remote/remote.ts';

/** The problems with one host's subordinate ids, one sentence each. @throws ApplicationFailure as `Remote.run` */
export async function rangeProblems(remote: Pick<Remote, 'run'>, host: string): Promise<readonly string[]> {
  return problemsOf(host, parseHostIds(await remote.run(host, { name: 'ranges', args: [] })));
}

/**
 * The subordinate ids of the whole fleet, which every host gets (R8): an image must not overwrite the ranges of other
 * hosts with those of one host. `ids`: those of each host.
 * @throws ApplicationFailure `VerificationFailed` if hosts differ, naming each difference and the remedy
 */
export async function fleetRanges(
  remote: Remote,
  hosts: readonly string[],
): Promise<{ readonly ranges: FleetRanges; readonly ids: readonly HostIds[] }> {
  const lists = await Promise.all(
    hosts.map(async (host) => [host, parseHostIds(await remote.run(host, { name: 'ranges', args: [] }))] as const),
  );
  const { ranges, problems: differences } = mergeRanges(
    Object.fromEntries(lists.map(([host, own]) => [host, own.ranges])),
  );
  const problems = [...differences, ...lists.flatMap(([host, own]) => rejectedLines(host, own))];
  if (problems.length === 0) return { ranges, ids: lists.map(([, own]) => own) };
  const shown = problems.slice(0, 20).map((problem) => `- ${problem}`);
  const more = problems.length > shown.length ? [`- and ${problems.length - shown.length} more`] : [];
  throw refuse(
    'VerificationFailed',
    [
      'Not every user has one range of subordinate ids, the same on every host. Files in Docker data belong to these ids, so the ' +
        'service renumbers no user: give each of them one range everywhere, with the owner of their Docker data, then retry.',
      ...shown,
      ...more,
    ].join('\n'),
  );
}
