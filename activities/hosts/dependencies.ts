import { dateIn } from '../../domain/calendar.ts';
import type { Exemption, Site } from '../../domain/site.ts';
import type { IdServer } from '../id-server/types.ts';
import type { Store } from '../store/store.ts';
import { exemptNow } from '../site/exempt.ts';
import { checkUser } from './remote/quote.ts';
import type { Remote } from './remote/remote.ts';

/** Dependencies of the activities on the hosts. */
export interface HostDependencies {
  /** Reads site.yaml anew at each call. */
  readonly site: () => Promise<Site>;
  readonly remote: Remote;
  readonly store: Pick<
    Store,
    'putPlan' | 'getPlan' | 'putDocument' | 'listMail' | 'getNamed' | 'putNamed' | 'changeNamed'
  >;
  readonly clock: () => Date;
  /** The members: whom a reboot disturbs, and whether only exempt ones are left before a wipe. */
  readonly idServer: Pick<IdServer, 'members' | 'implied'>;
  /** Deadline for a host to come back from a reboot, in milliseconds; default 20 minutes. */
  readonly rebootDeadlineMs?: number;
}

/** Today in the site's zone, YYYY-MM-DD. */
export const today = (site: Site, clock: () => Date): string => dateIn(clock().toISOString(), site.zone);

/**
 * All accounts that are exempt on hosts now: the given ones, the site's, and the service's own account.
 * @throws ApplicationFailure `ConfigInvalid` if one is not a valid account name
 */
export function exemptOnHosts(site: Site, clock: () => Date, keep: readonly Exemption[]): readonly Exemption[] {
  const service = { user: site.ssh.user, reason: 'protected' };
  const kept = exemptNow(site, clock, [service, ...keep]);
  for (const { user } of kept) checkUser(user);
  return kept;
}
