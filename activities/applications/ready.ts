import { accountKey } from '../../domain/applications.ts';
import { toAnnounce } from '../../domain/applications-due.ts';
import { digestOf } from '../../domain/digest.ts';
import type { HostAccounts } from '../hosts/access/accounts.ts';
import type { ApplicantsView, ReadApplicantsDependencies } from './read-applicants.ts';
import { durationMs } from '../../domain/moments.ts';
import { applicationsWorkflowId } from '../../domain/names.ts';
import { notifyApprovers } from '../mail/approvers.ts';
import type { MailDependencies } from '../mail/dependencies.ts';
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

/** Hosts read the accounts of the ID server daily. */
const LONG_MS = 36 * 60 * 60_000;

/**
 * Mails the approvers about accounts that hosts have not known for long, as often as they are reminded of a gate. A mail that cannot go
 * out now goes out after a later look.
 */
export async function tellOfUnready(
  dependencies: Pick<MailDependencies, 'site' | 'store' | 'transport' | 'clock'>,
  semester: string,
): Promise<void> {
  const { site, store, clock } = dependencies;
  const now = clock().getTime();
  const waiting = ((await recordsOf(store, semester).unready.get()) ?? []).filter(
    ({ since }) => now - Date.parse(since) >= LONG_MS,
  );
  const first = waiting.map(({ since }) => since).toSorted()[0];
  if (first === undefined) return;
  const { remindEvery } = await site();
  const number = Math.floor((now - Date.parse(first) - LONG_MS) / durationMs(remindEvery));
  await notifyApprovers(dependencies)({
    workflow: applicationsWorkflowId(semester),
    semester,
    kind: 'not-ready',
    about: semester,
    key: `not-ready:${first}:${number}`,
    headline: '',
    lines: waiting.map(({ user, since, hosts }) => `${user} (${since}): ${hosts.join(', ')}`),
    commands: [`semester applications ${semester}`],
  }).catch(() => undefined);
}
