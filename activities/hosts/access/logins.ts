import type { Proof } from '../../../domain/proof.ts';
import type { Exemption, Site } from '../../../domain/site.ts';
import { refuse, tryAgain, isFailure } from '../../failures.ts';
import { excludedHost } from './exports.ts';
import { exemptOnHosts, type HostDependencies } from '../dependencies.ts';
import { LOGIN_LOCK } from '../root/private.ts';
import { keyValues } from '../root/root.ts';
import type { StepRef } from '../../../domain/step.ts';
import type { AccessActivities } from './contract.ts';

type LoginDependencies = Pick<HostDependencies, 'site' | 'remote' | 'clock'>;

/** Covers the wait for a writable window, a refused login, and the journal. */
const DEADLINE_MS = 110_000;

interface Lock {
  /** Null: no lock exists. */
  readonly since: string | null;
  readonly changed: boolean;
  /** The account of the login attempt. */
  readonly tried: string;
  /** Why the running sshd refused it. */
  readonly refused: 'lock' | 'key';
  /** If this call opened the lock: since when the lock existed, and why sshd refused the account until then. */
  readonly was: string | null;
  readonly before: 'lock' | 'key' | null;
}

/** R3. Closes logins on a host, or finds them closed. By hand: only inspects. */
export function closeLogins(deps: LoginDependencies) {
  return async ({
    ref,
    host,
    keep,
  }: {
    ref: StepRef;
    host: string;
    keep: readonly Exemption[];
  }): Promise<Proof<'logins-closed'>> => {
    const site = await deps.site();
    const at = deps.clock().toISOString();
    const lock = await askLock(deps, site, host, ref.byHand ? 'look' : 'close', keep).catch((error: unknown) => {
      if (isFailure(error, 'Unreachable') && excludedHost(site, host)) return null;
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
export function openLogins(deps: LoginDependencies): AccessActivities['openLogins'] {
  return async ({ hosts, held = false }): Promise<Proof<'logins-open'>> => {
    const site = await deps.site();
    const looks = await Promise.allSettled(hosts.map((host) => open(deps, site, host, held ? 'reopen' : 'open')));
    const failures = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : []));
    if (failures.length > 0) {
      const why = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure))).join('; ');
      throw failures.every((failure) => isFailure(failure, 'Unreachable'))
        ? tryAgain('Unreachable', why)
        : refuse('VerificationFailed', why);
    }
    const outcomes = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
    return {
      what: 'logins-open',
      at: deps.clock().toISOString(),
      summary: `users can log in again; ${outcomes.map(({ line }) => line).join(', ')}`,
      facts: { hosts: hosts.length, opened: outcomes.filter(({ opened }) => opened).length },
      how: outcomes.some(({ opened }) => opened) ? 'service' : 'found',
    };
  };
}

/** @throws ApplicationFailure `VerificationFailed` if the running sshd still refuses users */
async function open(deps: LoginDependencies, site: Site, host: string, mode: 'open' | 'reopen') {
  const lock = await askLock(deps, site, host, mode, []);
  if (lock.since !== null || lock.refused === 'lock') {
    throw refuse(
      'VerificationFailed',
      `${host}: sshd still refuses ${lock.tried} by DenyUsers: check sshd -T -C user=${lock.tried},host=h,addr=127.0.0.1 there, then retry`,
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
 * Checks that logins have stayed closed since they were closed.
 * @throws ApplicationFailure `PlanVoid` if they were opened in between: the retry closes them and makes a new backup
 */
export async function demandClosed(
  deps: LoginDependencies,
  proofs: readonly Proof<'absence'>[],
  hosts: readonly string[],
  keep: readonly Exemption[],
): Promise<void> {
  const site = await deps.site();
  await Promise.all(
    proofs.map(async ({ facts: { host, closedSince: since } }) => {
      // For a host excluded since then, the storage host's exports are checked instead.
      if (since === undefined || !hosts.includes(host)) return;
      const lock = await askLock(deps, site, host, 'look', keep);
      if (lock.refused === 'lock' && lock.since === since) return;
      throw refuse(
        'PlanVoid',
        `logins on ${host} have not stayed closed since ${since} (${lock.refused === 'lock' ? `the lock there is of ${lock.since}` : `its sshd admits ${lock.tried}`}): ` +
          `users may have written data that no backup holds. Nothing was deleted. Retry to close them, drain and back up again`,
      );
    }),
  );
}

/**
 * After a host has booted another root: checks by a login attempt that logins closed before are still closed.
 * @returns the problem; null if there is none or logins were not closed before
 */
export async function lockAfterBoot({ remote }: Pick<LoginDependencies, 'remote'>, { layout }: Site, host: string) {
  const { toplevel } = layout;
  const args = ['after-boot', `/${LOGIN_LOCK}`, '', toplevel];
  const facts = keyValues(await remote.run(host, { name: 'login-lock', args }, { deadlineMs: DEADLINE_MS }));
  if (facts['refused'] === undefined || facts['refused'] === 'lock') return null;
  return `its sshd admits ${facts['tried']}, but logins were closed before: copy ${facts['kept']} to /${LOGIN_LOCK} and reload sshd`;
}

const namesOf = (site: Site, { clock }: LoginDependencies, keep: readonly Exemption[]) =>
  exemptOnHosts(site, clock, keep)
    .map(({ user }) => user)
    .toSorted();

async function askLock(
  deps: LoginDependencies,
  site: Site,
  host: string,
  mode: 'close' | 'look' | 'open' | 'reopen',
  keep: readonly Exemption[],
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
      : `${host} has a lock of ${since}, but its running sshd admits ${tried}: systemctl reload sshd there, then retry`,
  );
}
