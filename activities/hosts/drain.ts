import type { AbsenceProof } from '../../domain/proof.ts';
import type { Kept } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import type { HostActivities } from '../types.ts';
import { sparedNow, type HostDeps } from './host-deps.ts';

type DrainDeps = Pick<HostDeps, 'site' | 'remote' | 'clock'>;

/** Ending takes up to 45 s on the host; the rest is for the connection. */
const DEADLINE_MS = 110_000;

/** R3. See `HostActivities.drainHost`. By hand: looks only. */
export function drainHost(deps: DrainDeps): HostActivities['drainHost'] {
  return async ({ ref, host, keep }) => await prove(deps, ref.byHand ? 'look' : 'end', host, keep);
}

/** Looks only. See `HostActivities.proveAbsence`. */
export function proveAbsence(deps: DrainDeps): HostActivities['proveAbsence'] {
  return async ({ host, keep }) => await prove(deps, 'look', host, keep);
}

async function prove(
  { site, remote, clock }: DrainDeps,
  mode: 'look' | 'end',
  host: string,
  keep: readonly Kept[],
): Promise<AbsenceProof> {
  const spared = sparedNow(await site(), clock, keep).map(({ user }) => user);
  const text = await remote.run(host, { name: 'drain', args: [mode, ...spared] }, { deadlineMs: DEADLINE_MS });
  const lines = text.split('\n').map((line) => line.split(' '));
  const left = lines.filter(([word]) => word === 'left');
  const bootId = lines.find(([word]) => word === 'boot')?.[1];
  if (bootId === undefined) throw refuse('VerificationFailed', `${host} did not say what runs there: ${text.trim()}`);
  if (left.length > 0) {
    const few = left.slice(0, 5).map(([, pid, , user, command]) => `${user} (${command}, process ${pid})`);
    const more = left.length > few.length ? ` and ${left.length - few.length} more` : '';
    const failure = `${left.length} processes of users on ${host}: ${few.join(', ')}${more}. Drain ${host} again (retry)`;
    throw refuse('ProofMissing', failure);
  }
  return {
    what: 'absence',
    at: clock().toISOString(),
    summary: `${host}: no process of anyone but ${spared.join(', ')}`,
    facts: { host, processes: 0, bootId },
    how: mode === 'end' ? 'service' : 'found',
  };
}
