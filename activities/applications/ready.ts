import { accountKey } from '../../domain/applications.ts';
import { toAnnounce } from '../../domain/applications-due.ts';
import { digestOf } from '../../domain/digest.ts';
import type { HostAccounts } from '../hosts/access/accounts.ts';
import type { ApplicantsView, ReadApplicantsDependencies } from './read-applicants.ts';
import { recordsOf, type Unready } from './records.ts';

/**
 * The view with a new look at the hosts: which members who wait for the mail "ready" could not log in yet, because a host
 * does not know their account. Records it for `listApplicants`.
 */
export async function lookForAccounts(
  { store, accounts, clock }: Pick<ReadApplicantsDependencies, 'store' | 'clock'> & { readonly accounts: HostAccounts },
  semester: string,
  view: ApplicantsView,
): Promise<ApplicantsView> {
  const { unready: record } = recordsOf(store, semester);
  const waiting = toAnnounce(view.applicants, view.about).map(({ user }) => user);
  const missing = waiting.length === 0 ? new Map<string, readonly string[]>() : await accounts.missing(waiting);
  const before = (await record.get()) ?? [];
  const since = new Map(before.map((one) => [one.user, one.since]));
  const now = [...missing].map(([user, hosts]): Unready => {
    const key = accountKey(user);
    return { user: key, since: since.get(key) ?? clock().toISOString(), hosts };
  });
  if (digestOf(before) !== digestOf(now)) await record.put(now);
  return { ...view, about: { ...view.about, unready: new Map(now.map(({ user, hosts }) => [user, hosts])) } };
}
