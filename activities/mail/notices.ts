import { noticeGate, type NoticeBinding } from '../../domain/gates/notice.ts';
import type { Exemption, Site } from '../../domain/site.ts';
import { notWaived } from '../../domain/waivers.ts';
import { exemptNow } from '../site/exempt.ts';
import { refuse } from '../failures.ts';
import { onlyImplied, whoCanSignIn } from '../id-server/nested.ts';
import type { Member } from '../id-server/types.ts';
import type { Store } from '../store/store.ts';
import type { MailDependencies } from './dependencies.ts';
import { makeNoticePlan, type UsageDocument } from './plan.ts';
import { mailOf } from './notice-mail.ts';
import { noticePlanRef } from './plan-ref.ts';
import { type LedgerMail, sendLedgerMail } from './send.ts';
import { proofOfMails, recordByHand } from './tally.ts';
import type { MailActivities } from './contract.ts';
import { readMessages } from '../../texts/messages.ts';

async function approved({ site: read, store }: Pick<MailDependencies, 'site' | 'store'>, digest: string) {
  const site = await read();
  const plan = await store.getPlan(noticeGate, digest);
  if (plan.binding.site !== site.name)
    throw refuse('WrongSite', `this plan is for the site ${plan.binding.site}, but this worker serves ${site.name}`);
  return { site, ...plan };
}

async function send<W extends 'notices' | 'deadline-mails'>(
  { store, transport, clock }: Pick<MailDependencies, 'store' | 'transport' | 'clock'>,
  what: W,
  site: Site,
  mails: readonly LedgerMail[],
  ref: { byHand: boolean; round: number },
  waived: readonly string[] = [],
) {
  const tally = ref.byHand
    ? await recordByHand(store, site, mails)
    : await sendLedgerMail({ store, transport }, { site, againRefused: ref.round > 1, waived }, mails);
  return proofOfMails(what, tally, clock(), ref.byHand);
}

/** Gate `notice`: the recipients and their mails. See `MailActivities`. */
export function planNotices(dependencies: MailDependencies): MailActivities['planNotices'] {
  const { store, directory, clock } = dependencies;
  return async ({ semester, calendar, edition, corrects, keep, usage, index }) => {
    const site = await dependencies.site();
    const kept = exemptNow(site, clock, keep);
    const { idServer } = dependencies;
    const [direct, above] = await Promise.all([idServer.members(), idServer.implied()]);
    const implied = without(kept, onlyImplied(direct, above));
    const members = [...without(kept, direct), ...implied];
    const { binding, observed } = await makeNoticePlan({
      site,
      semester: semester.name,
      edition,
      deadline: calendar.deadline,
      corrects: corrects ?? null,
      members,
      usage: await store.getDocument<UsageDocument>(usage),
      directory,
    });
    const told = await alreadyNotified(store, binding, index);
    const seen = {
      ...observed,
      told,
      implied: implied.map(({ uid, username, via }) => ({ uid, username, via: [...via] })),
    };
    const digest = await store.putPlan({ gate: 'notice', binding, observed: seen });
    return noticePlanRef(site, digest, binding, seen, kept, await readMessages(site, site.language));
  };
}

/** Sends a notice of the approved plan. */
export function sendNotices(dependencies: MailDependencies): MailActivities['sendNotices'] {
  return async ({ ref, plan, index, waived = [] }) => {
    const { site, binding, observed } = await approved(dependencies, plan);
    const kind = `${binding.corrects === null ? 'notice' : 'correction'}-${index}`;
    const mails = binding.recipients.map((recipient) =>
      mailOf('notice', kind, recipient, binding, observed, observed.people[recipient.user]),
    );
    const left = new Set(notWaived(observed.noAddress, waived));
    const named = observed.noAddress.filter((person) => !left.has(person));
    return send(dependencies, 'notices', site, mails, ref, named);
  };
}

/** Sends the mail at the deadline. */
export function sendDeadlineMails(dependencies: MailDependencies): MailActivities['sendDeadlineMails'] {
  const { store, directory, clock } = dependencies;
  return async ({ ref, plan, keep }) => {
    const { site, binding, observed } = await approved(dependencies, plan);
    const exempt = exemptNow(site, clock, keep);
    const members = without(exempt, await whoCanSignIn(dependencies.idServer)).flatMap(
      ({ username }) => username ?? [],
    );
    const told = (await store.listMail(binding.semester)).filter(
      ({ kind, state }) => /^(notice|correction)-\d+$/.test(kind) && (state === 'sent' || state === 'unknown'),
    );
    const kept = new Set(exempt.map(({ user }) => user));
    const users = new Set([...members, ...told.map(({ person }) => person).filter((user) => !kept.has(user))]);
    const known = await directory.lookup([...users]);
    const mails = [...users].toSorted().map((user) => {
      const person = known.get(user);
      const recipient = { user, address: person?.email ?? null, language: person?.language ?? site.language };
      const usage = observed.people[user] ?? { name: person?.name || user, home: null, docker: {} };
      return mailOf('deadline', 'deadline', recipient, binding, observed, usage);
    });
    return send(dependencies, 'deadline-mails', site, mails, ref);
  };
}

/** Accounts that already received this notice, after a pause. A new text reaches only the others. */
async function alreadyNotified(
  store: Store,
  { semester, edition, corrects, recipients }: NoticeBinding,
  index: number | undefined,
): Promise<readonly string[]> {
  if (index === undefined) return [];
  const entries = await store.listMail(semester, `${corrects === null ? 'notice' : 'correction'}-${index}`);
  const out = entries.filter((entry) => entry.edition === edition && MAYBE_DELIVERED.has(entry.state));
  const told = new Set(out.map(({ person }) => person));
  return recipients.flatMap(({ user }) => (told.has(user) ? [user] : []));
}

const MAYBE_DELIVERED: ReadonlySet<string> = new Set(['sent', 'unknown']);

function without<M extends Member>(keep: readonly Exemption[], members: readonly M[]): readonly M[] {
  const kept = new Set(keep.map(({ user }) => user));
  return members.filter(({ username }) => username === null || !kept.has(username));
}
