import type { Site } from '../../domain/site.ts';
import { lookAccounts } from '../hosts/access/accounts.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { runCheck } from './check.ts';
import type { Say } from '../../texts/messages.ts';
import type { DoctorCheck } from './contract.ts';

/** Checks that the accounts that site.yaml exempts exist: a mistyped name exempts no account. Runs no `accounts.sync`. */
export function checkExempt(say: Say, site: Site, look: Remote): Promise<DoctorCheck> {
  const users = [...new Set([...site.protected, ...site.keep.map(({ user }) => user)])];
  return runCheck(say, 'exempt accounts', 'site.yaml', say('doctor.exempt.remedy'), async () => {
    const { unknown, asked } = await lookAccounts({ site: async () => site, remote: look })({ users, sync: false });
    if (asked === 0) return { state: 'skipped', found: say('doctor.exempt.silent') };
    return unknown.length === 0
      ? { found: say('doctor.exempt.known', { users }) }
      : { state: 'warning', found: say('doctor.exempt.unknown', { users: unknown }) };
  });
}
