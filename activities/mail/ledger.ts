import type { LedgerState } from '../../domain/ledger.ts';
import type { Site } from '../../domain/site.ts';
import type { LedgerEntry, LedgerKey, Store } from '../store/store.ts';
import { compose, messageIdOf, type Recipient } from './compose.ts';
import type { Outcome } from './outcome.ts';
import type { RenderedMail } from './contract.ts';
import type { MailSession } from './transport.ts';

/** One mail to one person. Its key makes it unique. */
export interface LedgerMail {
  readonly key: LedgerKey;
  /** Null if no address is known. */
  readonly to: Recipient | null;
  /** Called only if the mail is sent. */
  readonly render: () => RenderedMail | Promise<RenderedMail>;
}

export type Ending = 'sent' | 'already' | 'unknown' | 'bounced' | 'refused' | 'noAddress';

/** The ledger's entries for these mails, by `entryName`. */
export async function entriesOf(store: Store, mails: readonly LedgerMail[]): Promise<ReadonlyMap<string, LedgerEntry>> {
  const lists = new Map(mails.map(({ key }) => [JSON.stringify([key.semester, key.kind]), key]));
  const entries = await Promise.all([...lists.values()].map((key) => store.listMail(key.semester, key.kind)));
  return new Map(entries.flat().map((entry) => [entryName(entry), entry]));
}

export const entryName = ({ semester, kind, edition, person }: LedgerKey): string =>
  JSON.stringify([semester, kind, edition, person]);

/**
 * How an earlier attempt of this mail ended; null if it must be sent now. An `intended` entry that was never settled
 * was interrupted: it becomes `unknown`, and the service does not send it again.
 */
export async function earlierEnding(
  store: Store,
  { key, to }: LedgerMail,
  entry: LedgerEntry | undefined,
  againRefused: boolean,
): Promise<Ending | null> {
  switch (entry?.state) {
    case 'sent':
      return 'already';
    case 'unknown':
      return 'unknown';
    case 'bounced':
      return 'bounced';
    case 'intended':
      await store.settleMail(key, 'unknown', 'interrupted while the message was being sent');
      return 'unknown';
    case 'refused':
      if (!againRefused) return 'refused';
      await store.releaseMail(key, 'refused');
      break;
    case 'no-address':
    case 'waived':
      if (to === null) return 'noAddress';
      await store.releaseMail(key, entry.state);
      break;
    case undefined:
  }
  return null;
}

/**
 * Announces the mails that may go now. Returns the names of entries (`entryName`) that a store which was lost since may have
 * sent.
 */
export async function announced(
  store: Store,
  mails: readonly LedgerMail[],
  entries: ReadonlyMap<string, LedgerEntry>,
): Promise<ReadonlySet<string>> {
  const over: ReadonlySet<LedgerState | undefined> = new Set(['sent', 'unknown', 'bounced', 'intended']);
  const due = mails.filter(({ key, to }) => to !== null && !over.has(entries.get(entryName(key))?.state));
  return new Set((await store.announceMails(due.map(({ key }) => key))).map(entryName));
}

/** Records that a mail may have been sent by a store that was lost since. */
export async function recordLost(store: Store, site: Site, key: LedgerKey): Promise<void> {
  await store.claimMail(key, messageIdOf(site, key));
  await store.settleMail(
    key,
    'unknown',
    'the store was restored from an older copy; this mail may have been sent before',
  );
}

/** Records that a person has no address, and whether they were waived by name. */
export async function recordNoAddress(store: Store, site: Site, key: LedgerKey, waived = false): Promise<void> {
  await store.claimMail(key, messageIdOf(site, key));
  await store.settleMail(key, waived ? 'waived' : 'no-address', null);
}

/** Sends one mail and records its outcome. Null if another attempt is sending it now. */
export async function deliver(
  store: Store,
  session: MailSession,
  site: Site,
  mail: LedgerMail & { readonly to: Recipient },
): Promise<Outcome | null> {
  const { key, to } = mail;
  const messageId = messageIdOf(site, key);
  const message = await compose(site, messageId, to, await mail.render());
  let claimed = false;
  let taken = false;
  const claim = async () => {
    if (claimed) return;
    taken = (await store.claimMail(key, messageId)) !== null;
    if (taken) throw new Error('another attempt is sending this mail');
    claimed = true;
  };
  let outcome: Outcome;
  try {
    outcome = await session.deliver(message, claim);
    // Record a refusal even if it came before the server asked for the text.
    if (outcome.state === 'refused') await claim();
  } catch (error) {
    if (taken) return null;
    throw error;
  }
  const { state, answer } = outcome;
  if (state === 'sent' || state === 'refused' || state === 'unknown') await store.settleMail(key, state, answer);
  else if (claimed) await store.releaseMail(key, 'intended');
  return outcome;
}
