import type { HostRow, HostState, HostTable } from '../../domain/status.ts';

/** The progress of each host of an update. */
export interface Fleet {
  readonly leader: string;
  image: string | null;
  readonly hosts: Map<string, HostRow>;
}

/** Display order: failed hosts first, then hosts in progress. */
const ORDER: readonly HostState[] = [
  'failed',
  'rolled-back',
  'not-permitted',
  'not-prepared',
  'deferred',
  'at-work',
  'prepared',
  'received',
  'waiting',
  'updated',
];

/** Maximum number of rows, to keep the answer of `status` short. */
const SHOWN = 60;

export function newFleet(leader: string, followers: readonly string[]): Fleet {
  const hosts = new Map(followers.map((host): [string, HostRow] => [host, { host, state: 'waiting' }]));
  return { leader, image: null, hosts };
}

export function mark(fleet: Fleet, host: string, state: HostState, detail?: string): void {
  fleet.hosts.set(host, { host, state, ...(detail !== undefined && { detail: detail.slice(0, 300) }) });
}

/** The hosts in one of these states, in the order of their update. */
export function inState(fleet: Fleet, ...states: readonly HostState[]): readonly string[] {
  return [...fleet.hosts.values()].filter(({ state }) => states.includes(state)).map(({ host }) => host);
}

/**
 * The hosts that neither run the image nor have it deferred; failed ones first, because a person has just fixed them.
 */
export function unsettled({ hosts }: Fleet): readonly string[] {
  const rows = [...hosts.values()].filter(({ state }) => state !== 'updated' && state !== 'deferred');
  return rows.toSorted((a, b) => Number(hasFailed(b)) - Number(hasFailed(a))).map(({ host }) => host);
}

const FAILED: readonly HostState[] = ['failed', 'rolled-back', 'not-permitted'];

export const hasFailed = ({ state }: Pick<HostRow, 'state'>) => FAILED.includes(state);

export function tableOf({ image, leader, hosts }: Fleet): HostTable {
  const rows = [...hosts.values()];
  const counts: Partial<Record<HostState, number>> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  const sorted = rows.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return { image, leader, counts, rows: sorted.slice(0, SHOWN) };
}

/** Lines for a parked roll-out: which hosts failed and why, and the hosts in each other state. */
export function linesOf({ hosts }: Fleet): readonly string[] {
  const rows = [...hosts.values()];
  const failed = rows.filter(hasFailed);
  const failures = failed
    .slice(0, 10)
    .map(({ host, state, detail }) => `${host}: ${state}${detail ? `, ${detail.slice(0, 150)}` : ''}`);
  const others = ORDER.slice(FAILED.length).flatMap((state) => {
    const names = rows.filter((row) => row.state === state).map(({ host }) => host);
    if (names.length === 0) return [];
    return [`${state} (${names.length}): ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`];
  });
  return [...failures, ...(failed.length > 10 ? [`and ${failed.length - 10} more`] : []), ...others];
}
