import type { Proof } from '../../../domain/proof.ts';
import type { Kept, Site } from '../../../domain/site.ts';
import { refuse, tryAgain } from '../../failures.ts';
import { excludedHost } from './exports.ts';
import { exemptOnHosts, type HostDeps } from '../dependencies.ts';
import { isUnreachable } from '../jobs/jobs.ts';
import { LOGIN_LOCK } from '../root/private.ts';
import { keyValues } from '../root/root.ts';
import type { StepRef } from '../../../domain/step.ts';
import type { AccessActivities } from './contract.ts';

type LoginDeps = Pick<HostDeps, 'site' | 'remote' | 'clock'>;

/** Waiting for a writable window, a login that is refused, and the journal. */
const DEADLINE_MS = 110_000;

interface Lock {
  /** Null: there is none. */
  readonly since: string | null;
  readonly changed: boolean;
  /** Who tried to log in. */
  readonly tried: string;
  /** Why the sshd that runs refused them. */
  readonly refused: 'lock' | 'key';
  /** Of a lock that was opened now: since when it was there, and why sshd refused them until then. */
  readonly was: string | null;
  readonly before: 'lock' | 'key' | null;
}

/** R3. Closes logins on a host, or finds them closed since when they were. By hand: looks only. */
export function closeLogins(deps: LoginDeps) {
  return async ({
    ref,
    host,
    keep,
  }: {
    ref: StepRef;
    host: string;
    keep: readonly Kept[];
  }): Promise<Proof<'logins-closed'>> => {
    const site = await deps.site();
    const at = deps.clock().toISOString();
    const lock = await askLock(deps, site, host, ref.byHand ? 'look' : 'close', keep).catch((error: unknown) => {
      if (isUnreachable(error) && excludedHost(site, host)) return null;
      throw error;
    });
    if (lock === null) {
      const summary = `${host} is excluded and does not answer: what it runs cannot reach the homes`;
      return { what: 'logins-closed', at, summary, facts: { host, since: '' }, how: 'found' };
    }
    const since = demandLock(host, lock);
    const admitted = namesOf(site, deps, keep).join(', ');
    return {
      what: 'logins-closed',
      at,
      summary: `${host}: only ${admitted} can log in; ${lock.tried} tried and was refused by the lock`,
      facts: { host, since },
      how: ref.byHand ? 'by-hand' : lock.changed ? 'service' : 'found',
    };
  };
}

/** R6, and abort. See `HostActivities.openLogins`. */
export function openLogins(deps: LoginDeps): AccessActivities['openLogins'] {
  return async ({ hosts, held = false }): Promise<Proof<'logins-open'>> => {
    const site = await deps.site();
    const looks = await Promise.allSettled(hosts.map((host) => open(deps, site, host, held ? 'reopen' : 'open')));
    const failures = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : []));
    if (failures.length > 0) {
      const why = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure))).join('; ');
      throw failures.every(isUnreachable) ? tryAgain('Unreachable', why) : refuse('VerificationFailed', why);
    }
    const said = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
    return {
      what: 'logins-open',
      at: deps.clock().toISOString(),
      summary: `people can log in again; ${said.map(({ line }) => line).join(', ')}`,
      facts: { hosts: hosts.length, opened: said.filter(({ opened }) => opened).length },
      how: said.some(({ opened }) => opened) ? 'service' : 'found',
    };
  };
}

/** @throws ApplicationFailure `VerificationFailed` where the sshd that runs still refuses people */
async function open(deps: LoginDeps, site: Site, host: string, mode: 'open' | 'reopen') {
  const lock = await askLock(deps, site, host, mode, []);
  if (lock.since !== null || lock.refused === 'lock') {
    throw refuse(
      'VerificationFailed',
      `${host}: sshd still refuses ${lock.tried} by DenyUsers: look at sshd -T -C user=${lock.tried},host=h,addr=127.0.0.1 there, then retry`,
    );
  }
  const closed =
    lock.before === 'lock'
      ? `closed since ${lock.was} until now`
      : mode === 'reopen' && lock.changed
        ? `the lock of ${lock.was} is gone`
        : 'was not closed';
  return { opened: lock.changed, line: `${host} (${closed})` };
}

/**
 * Looks whether logins have stayed closed since they were.
 * @throws ApplicationFailure `PlanVoid` when they were opened in between, so that they are closed, and a backup is made, anew
 */
export async function demandClosed(
  deps: LoginDeps,
  proofs: readonly Proof<'absence'>[],
  hosts: readonly string[],
  keep: readonly Kept[],
): Promise<void> {
  const site = await deps.site();
  await Promise.all(
    proofs.map(async ({ facts: { host, closedSince: since } }) => {
      // One that was excluded since is looked at in the storage host's exports.
      if (since === undefined || !hosts.includes(host)) return;
      const lock = await askLock(deps, site, host, 'look', keep);
      if (lock.refused === 'lock' && lock.since === since) return;
      throw refuse(
        'PlanVoid',
        `logins on ${host} have not stayed closed since ${since} (${lock.refused === 'lock' ? `the lock there is of ${lock.since}` : `its sshd would let ${lock.tried} in`}): ` +
          `whoever came in may have written what no backup has. Nothing was deleted. Retry closes them, drains and backs up again`,
      );
    }),
  );
}

/**
 * Right after a host has booted another root: whether logins that were closed before are closed still, tried with a key.
 * @returns what is wrong; null where nothing is, or they were not closed
 */
export async function lockAfterBoot({ remote }: Pick<LoginDeps, 'remote'>, { layout }: Site, host: string) {
  const { toplevel } = layout;
  const args = ['after-boot', `/${LOGIN_LOCK}`, `${toplevel}/old-root`, toplevel];
  const facts = keyValues(await remote.run(host, { name: 'login-lock', args }, { deadlineMs: DEADLINE_MS }));
  if (facts['refused'] === undefined || facts['refused'] === 'lock') return null;
  return `its sshd would let ${facts['tried']} in, and logins were closed before: copy ${toplevel}/old-root/${LOGIN_LOCK} to its place and reload sshd`;
}

const namesOf = (site: Site, { clock }: LoginDeps, keep: readonly Kept[]) =>
  exemptOnHosts(site, clock, keep)
    .map(({ user }) => user)
    .toSorted();

async function askLock(
  deps: LoginDeps,
  site: Site,
  host: string,
  mode: 'close' | 'look' | 'open' | 'reopen',
  keep: readonly Kept[],
): Promise<Lock> {
  const args = [mode, `/${LOGIN_LOCK}`, deps.clock().toISOString(), ...namesOf(site, deps, keep)];
  const text = await deps.remote.run(host, { name: 'login-lock', args }, { deadlineMs: DEADLINE_MS });
  const facts = keyValues(text);
  return {
    since: facts['since'] || null,
    changed: facts['changed'] === 'yes',
    tried: facts['tried'] ?? '',
    refused: facts['refused'] === 'lock' ? 'lock' : 'key',
    was: facts['was'] ?? null,
    before: facts['before'] === 'lock' ? 'lock' : facts['before'] === 'key' ? 'key' : null,
  };
}

function demandLock(host: string, { since, tried, refused }: Lock): string {
  if (refused === 'lock' && since !== null) return since;
  throw refuse(
    'VerificationFailed',
    since === null
      ? `logins on ${host} are not closed: retry drain`
      : `${host} has a lock of ${since}, and the sshd that runs would let ${tried} in: systemctl reload sshd there, then retry`,
  );
}
