import { many } from '../../../domain/many.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Exemption } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { knownAccounts } from '../../id-server/accounts.ts';
import { unlessExcluded } from './exports.ts';
import { exemptOnHosts, type HostDependencies } from '../dependencies.ts';
import { closeLogins } from './logins.ts';
import { warnUsers } from './warn.ts';
import type { StepRef } from '../../../domain/step.ts';
import type { AccessActivities } from './contract.ts';

type DrainDependencies = Pick<HostDependencies, 'site' | 'remote' | 'store' | 'clock'>;

/** Ending sessions takes up to 45 s on the host; the rest is for the connection. */
const DEADLINE_MS = 110_000;

/** R3. See `HostActivities.drainHost`. By hand: only inspects. */
export function drainHost(deps: DrainDependencies): AccessActivities['drainHost'] {
  return async ({ ref, host, keep, close = false }) =>
    await unlessExcluded(deps, host, async () => {
      // Sessions end even if closing logins fails: fewer users are active while an administrator corrects it.
      const closing = close ? closeLogins(deps)({ ref: { ...ref, byHand: false }, host, keep }) : null;
      const [closed] = await Promise.allSettled([closing]);
      const proof = await end(deps, ref, host, keep);
      if (closed.status === 'rejected') throw closed.reason;
      if (closed.value === null) return proof;
      const facts = { ...proof.facts, closedSince: closed.value.facts.since };
      return { ...proof, facts, summary: `${proof.summary}; ${closed.value.summary}` };
    });
}

async function end(
  deps: DrainDependencies,
  ref: StepRef,
  host: string,
  keep: readonly Exemption[],
): Promise<Proof<'absence'>> {
  if (ref.byHand) return await prove(deps, 'look', host, keep);
  await warnUsers(deps, host, async () => (await listProcesses(deps, 'look', host, keep)).left.length);
  return await prove(deps, 'end', host, keep);
}

/** Only inspects. See `HostActivities.proveAbsence`. */
export function proveAbsence(deps: DrainDependencies): AccessActivities['proveAbsence'] {
  return async ({ host, keep }) => await unlessExcluded(deps, host, () => prove(deps, 'look', host, keep));
}

/** Lists the processes of users on a host, and those without a known owner. Mode `end` ends users' first. */
async function listProcesses(
  { site, remote, store, clock }: DrainDependencies,
  mode: 'look' | 'end',
  host: string,
  keep: readonly Exemption[],
) {
  const current = await site();
  const exempt = exemptOnHosts(current, clock, keep).map(({ user }) => user);
  const input = (await knownAccounts(store)).map((name) => `${name}\0`).join('');
  const script = { name: 'drain', args: [mode, current.layout.home, ...exempt], input };
  const text = await remote.run(host, script, { deadlineMs: DEADLINE_MS });
  const lines = text.split('\n').map((line) => line.split(' '));
  const bootId = lines.find(([word]) => word === 'boot')?.[1];
  if (bootId === undefined) throw refuse('VerificationFailed', `${host}: drain printed no boot id: ${text.trim()}`);
  const of = (kind: string) => lines.filter(([word]) => word === kind);
  return { exempt, bootId, left: of('left'), unknown: of('unknown') };
}

async function prove(
  deps: DrainDependencies,
  mode: 'look' | 'end',
  host: string,
  keep: readonly Exemption[],
): Promise<Proof<'absence'>> {
  const { exempt, bootId, left, unknown } = await listProcesses(deps, mode, host, keep);
  if (left.length > 0) {
    const few = left.slice(0, 5).map(([, pid, , user, command]) => `${user} (${command}, process ${pid})`);
    const more = left.length > few.length ? ` and ${left.length - few.length} more` : '';
    const failure = `${many(left.length, 'process', 'processes')} of users on ${host}: ${few.join(', ')}${more}. Drain ${host} again (retry)`;
    throw refuse('ProofMissing', failure);
  }
  if (unknown.length > 0) {
    const [, pid, uid, , command] = unknown[0] ?? [];
    const more = unknown.length > 1 ? `, and ${unknown.length - 1} more like it,` : '';
    const failure = `${host}: process ${pid} (${command}) of uid ${uid}${more} has no account and lies in no range of one owner in /etc/subuid, so it may be a user's or an exempt account's. Ask whose it is; end it (kill ${pid}) or repair the account (getent passwd ${uid}), then retry`;
    throw refuse('ProofMissing', failure);
  }
  return {
    what: 'absence',
    at: deps.clock().toISOString(),
    summary: `${host}: no process except of ${exempt.join(', ')}`,
    facts: { host, processes: 0, bootId },
    how: mode === 'end' ? 'service' : 'found',
  };
}
