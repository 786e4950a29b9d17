import { many } from '../../domain/many.ts';
import { refuse } from '../failures.ts';
import type { LedgerEntry, Store } from '../store/store.ts';
import { mailOf } from './notice-mail.ts';
import type { MailDependencies } from './dependencies.ts';
import { noticeGate } from '../../domain/gates/notice.ts';
import { sendLedgerMail } from './send.ts';
import { proofOfMails } from './tally.ts';
import type { MailActivities } from './contract.ts';

/** Mails that announce the deletion of data. */
const NOTICE_KINDS = /^(notice|correction|deadline)/;

/** Records that the mails to a person bounced, as an approver reported. See `MailActivities`. */
export function recordBounce({ store, clock }: MailDependencies): MailActivities['recordBounce'] {
  return async ({ semester, plan, who, by }) => {
    const user = who.includes('@') ? await ownerOf(store, plan, who) : who;
    const told = (await store.listMail(semester)).filter(
      ({ person, kind }) => person === user && NOTICE_KINDS.test(kind),
    );
    if (told.length === 0)
      throw refuse('ProofMissing', `no notice to ${user} is recorded: semester mails lists all recipients`);
    let mails = 0;
    for (const key of told) if (await store.bounceMail(key, `bounced, reported by ${by}`)) mails += 1;
    if (mails === 0 && !told.some(({ state }) => state === 'bounced'))
      throw refuse('ProofMissing', `no mail to ${user} was sent that could bounce: ${states(told)}`);
    const summary = `${user}: ${many(mails, 'mail')} bounced, reported by ${by}; ${mails === 1 ? 'it counts' : 'they count'} as not sent`;
    return { what: 'bounce', at: clock().toISOString(), summary, facts: { user, mails }, how: 'by-hand' };
  };
}

/** Resends a notice to one person at an approver's request. */
export function resendNotice(dependencies: MailDependencies): MailActivities['resendNotice'] {
  const { store, directory, clock } = dependencies;
  return async ({ plan, index, user, by }) => {
    const site = await dependencies.site();
    const { binding, observed } = await store.getPlan(noticeGate, plan);
    const planned = binding.recipients.find((recipient) => recipient.user === user);
    if (!planned)
      throw refuse('ProofMissing', `${user} is not among the ${binding.recipients.length} recipients of the notice`);
    const kind = `${binding.corrects === null ? 'notice' : 'correction'}-${index}`;
    const known = (await directory.lookup([user])).get(user);
    // The address may have been corrected since the plan was made.
    const recipient = { ...planned, address: known?.email ?? planned.address };
    const mail = mailOf('notice', kind, recipient, binding, observed, observed.people[user]);
    const entry = (await store.listMail(binding.semester, kind)).find(
      ({ person, edition }) => person === user && edition === binding.edition,
    );
    if (entry?.state === 'sent' || entry?.state === 'intended')
      throw refuse(
        'ProofMissing',
        `the notice to ${user} is recorded as ${states([entry])} and is not sent twice. If it bounced: semester bounce`,
      );
    if (entry) await store.releaseMail(mail.key, entry.state);
    const tally = await sendLedgerMail(dependencies, { site, paced: false, asked: true }, [mail]);
    const proof = proofOfMails('notice-resent', tally, clock(), false);
    return { ...proof, summary: `${user}, requested by ${by}: ${proof.summary}` };
  };
}

/** The account with this address in the notice plan. */
async function ownerOf(store: Pick<Store, 'getPlan'>, plan: string | null, address: string): Promise<string> {
  const recipients = plan === null ? [] : (await store.getPlan(noticeGate, plan)).binding.recipients;
  const found = recipients.filter((recipient) => recipient.address?.toLowerCase() === address.toLowerCase());
  const [one] = found;
  if (one && found.length === 1) return one.user;
  const what = found.length === 0 ? 'no recipient' : `${found.length} recipients`;
  throw refuse('ProofMissing', `${what} of the notice with this address: name the account instead`);
}

const states = (entries: readonly LedgerEntry[]) =>
  entries.map(({ kind, state, answer, at }) => `${kind} ${state} at ${at}${answer ? ` (${answer})` : ''}`).join(', ');
