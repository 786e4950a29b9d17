import type { Site } from '../../../domain/site.ts';
import { isFailure } from '../../failures.ts';
import { isUser } from '../remote/quote.ts';
import type { Remote } from '../remote/remote.ts';
import type { HostDependencies } from '../dependencies.ts';
import type { AccessActivities } from './contract.ts';

/** Longer than the script's own limit for `accounts.sync`. */
const DEADLINE_MS = 150_000;

/** Whether the hosts know an account of the ID server. They learn accounts later than it is made. */
export interface HostAccounts {
  /**
   * The accounts that are not proven on every host, each with the hosts that lack the proof and why. A host that does not
   * know one of them runs `accounts.sync` first.
   */
  missing(users: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** See `HostAccounts`. */
export function createHostAccounts(a: {
  readonly site: () => Promise<Site>;
  readonly remote: Pick<Remote, 'run'>;
}): HostAccounts {
  return {
    async missing(users) {
      const found = await a.site();
      const asked = users.filter(isUser);
      const lacking = await Promise.all(found.hosts.map(({ name }) => lackingOn(a.remote, found, name, asked)));
      return new Map(
        users.flatMap((user): readonly (readonly [string, readonly string[]])[] => {
          if (!isUser(user)) return [[user, ['no host accepts this account name']]];
          const where = lacking.flatMap((one) => one.get(user) ?? []);
          return where.length === 0 ? [] : [[user, where]];
        }),
      );
    },
  };
}

/** The accounts without proof on one host, with the host and the reason. */
async function lackingOn(
  remote: Pick<Remote, 'run'>,
  site: Site,
  host: string,
  users: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const answer = await askHost(remote, site, host, users);
  if ('silent' in answer) return new Map(users.map((user) => [user, `${host} (${answer.silent})`]));
  const { unknown, failed } = answer;
  const why = failed === null ? host : `${host} (accounts.sync failed: exit status ${failed})`;
  return new Map(unknown.map((user) => [user, why]));
}

interface Synced {
  readonly unknown: readonly string[];
  readonly failed: string | null;
}

/** The answer of `syncAccounts`, or why the host gives none. */
async function askHost(
  ...[remote, site, host, users]: Parameters<typeof syncAccounts>
): Promise<Synced | { readonly silent: string }> {
  try {
    return await syncAccounts(remote, site, host, users);
  } catch (error) {
    // Whatever one host's trouble is, such as another host key: the others are asked all the same.
    if (!isFailure(error)) throw error;
    return { silent: error.type === 'Unreachable' ? 'does not answer' : error.message };
  }
}

/**
 * Which of these accounts a host does not know, after `accounts.sync` if it did not know one. `failed`: the exit status
 * of that command if it failed.
 * @throws ApplicationFailure as `Remote.run`
 */
export async function syncAccounts(
  remote: Pick<Remote, 'run'>,
  { accounts }: Pick<Site, 'accounts'>,
  host: string,
  users: readonly string[],
): Promise<Synced> {
  if (users.length === 0) return { unknown: [], failed: null };
  const args = accounts.sync === undefined ? [] : [accounts.sync];
  const input = users.map((user) => `${user}\n`).join('');
  const text = await remote.run(host, { name: 'look-accounts', args, input }, { deadlineMs: DEADLINE_MS });
  const lines = text.split('\n').map((line) => line.split(' '));
  const of = (word: string) => lines.flatMap(([first, value]) => (first === word && value ? [value] : []));
  return { unknown: of('unknown'), failed: of('failed')[0] ?? null };
}

/** See `AccessActivities.lookAccounts`. */
export function lookAccounts({
  site,
  remote,
}: Pick<HostDependencies, 'site' | 'remote'>): AccessActivities['lookAccounts'] {
  return async ({ users, sync }) => {
    const { hosts, accounts } = await site();
    const asked = users.filter(isUser);
    const looks = await Promise.all(
      hosts.map(async ({ name }) => ({
        name,
        ...(await askHost(remote, { accounts: sync ? accounts : {} }, name, asked)),
      })),
    );
    const answers = looks.flatMap((look) => ('silent' in look ? [] : [new Set(look.unknown)]));
    const silent = looks.flatMap((look) => ('silent' in look ? [{ host: look.name, why: look.silent }] : []));
    const isUnknown = (user: string) => !isUser(user) || answers.every((unknown) => unknown.has(user));
    return { unknown: answers.length === 0 ? [] : users.filter(isUnknown), asked: answers.length, silent };
  };
}
