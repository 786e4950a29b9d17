import type { Site } from '../../domain/site.ts';
import { lookAccounts } from '../hosts/access/accounts.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { runCheck } from './check.ts';
import type { DoctorCheck } from './contract.ts';

/** Checks that the accounts that site.yaml exempts exist: a mistyped name exempts no account. Runs no `accounts.sync`. */
export function checkExempt(site: Site, look: Remote): Promise<DoctorCheck> {
  const users = [...new Set([...site.protected, ...site.keep.map(({ user }) => user)])];
  const remedy = 'correct the name in keep or protected of site.yaml, or remove it: a mistyped name exempts no account';
  return runCheck('exempt accounts', 'site.yaml', remedy, async () => {
    const given = { ...site, accounts: {} };
    // A host that cannot be asked has a row of its own, which says why.
    const answers = await Promise.all(
      site.hosts.map((host) =>
        lookAccounts({ site: async () => ({ ...given, hosts: [host] }), remote: look })({ users }).catch(() => null),
      ),
    );
    const told = answers.filter((answer) => answer !== null && answer.asked > 0);
    const unknown = users.filter((user) => told.every((answer) => answer?.unknown.includes(user)));
    if (told.length === 0) return { state: 'skipped', found: 'no GPU server answers' };
    return unknown.length === 0
      ? { found: users.join(', ') }
      : { state: 'warning', found: `no GPU server knows ${unknown.join(', ')}` };
  });
}
