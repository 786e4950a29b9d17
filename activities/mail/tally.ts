import type { ProofOf } from '../../domain/proof.ts';
import type { Site } from '../../domain/site.ts';
import type { Store } from '../store/store.ts';
import { messageIdOf } from './compose.ts';
import { entriesOf, entryName, type LedgerMail } from './ledger.ts';
import type { Tally } from './send.ts';

/**
 * Records that a person notified all other recipients by hand, so that no later run mails them. Sent mails stay
 * recorded. The time of the notice is unknown, so the entry has the time of recording.
 */
export async function recordByHand(store: Store, site: Site, mails: readonly LedgerMail[]): Promise<Tally> {
  const entries = await entriesOf(store, mails);
  const wasSent = ({ key }: LedgerMail) => entries.get(entryName(key))?.state === 'sent';
  const rest = mails.filter((mail) => !wasSent(mail));
  for (const { key } of rest) {
    await store.claimMail(key, messageIdOf(site, key));
    await store.settleMail(key, 'sent', 'by hand');
  }
  const names = (list: readonly LedgerMail[]) => list.map(({ key }) => key.person);
  return {
    sent: names(rest),
    already: names(mails.filter(wasSent)),
    unknown: [],
    bounced: [],
    refused: [],
    noAddress: [],
  };
}

/** The kinds of proof that count mails. */
type MailProof = 'notices' | 'deadline-mails' | 'notice-resent' | 'restored-mails' | 'update-mails';

/**
 * The proof of a run of mails. Facts: `{sent, already, unknown, bounced, refused, noAddress}`; the summary names the
 * failed ones.
 */
export function proofOfMails<W extends MailProof>(what: W, tally: Tally, at: Date, byHand: boolean): ProofOf<W> {
  const { sent, already, unknown, bounced, refused, noAddress } = tally;
  const left = [
    named('interrupted, may have arrived (resend one by one: semester resend)', unknown),
    named('bounced', bounced),
    named('refused by the server', refused),
    named('no address', noAddress),
  ];
  const done = byHand ? `${sent.length} notified by hand` : `${sent.length} sent`;
  return {
    what,
    at: at.toISOString(),
    summary: [done, `${already.length} sent before`, ...left.filter((text) => text !== '')].join('; '),
    facts: {
      sent: sent.length,
      already: already.length,
      unknown: unknown.length,
      bounced: bounced.length,
      refused: refused.length,
      noAddress: noAddress.length,
    },
    how: byHand ? 'by-hand' : 'service',
  };
}

/** Maximum number of names in a proof. The ledger holds all of them. */
const SHOWN = 20;

function named(what: string, users: readonly string[]): string {
  if (users.length === 0) return '';
  const more = users.length > SHOWN ? ` and ${users.length - SHOWN} more` : '';
  return `${users.length} ${what}: ${users.slice(0, SHOWN).join(', ')}${more}`;
}
