import { many } from '../../domain/many.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../../domain/site.ts';
import { refuse, tryAgain } from '../failures.ts';
import { beat, cancellation } from '../hosts/remote/activity-context.ts';
import type { Store } from '../store/store.ts';
import {
  deliver,
  earlierEnding,
  type Ending,
  entriesOf,
  entryName,
  type LedgerMail,
  recordNoAddress,
} from './ledger.ts';
import type { Outcome } from './outcome.ts';
import type { MailTransport } from './transport.ts';

export type { LedgerMail } from './ledger.ts';

export interface SendDependencies {
  readonly store: Store;
  readonly transport: MailTransport;
}

export interface SendOptions {
  readonly site: Site;
  /** Also those whom the server refused before: after a person looked at it and said `retry`. Default false. */
  readonly againRefused?: boolean;
  /** Who was let pass by name, where no address is known. */
  readonly waived?: readonly string[];
  /** Keeps to `mail.messagesPerMinute`; default true. Not for the few mails to approvers. */
  readonly paced?: boolean;
}

/**
 * Account names by how their mail ended: `sent` now, `already` by an earlier attempt, `unknown` when it was cut off in the
 * middle and may have arrived, `bounced` when it came back, `refused` by the server for good, `noAddress`.
 */
export type Tally = Readonly<Record<Ending, readonly string[]>>;

/**
 * Sends mails by the ledger, one after the other: nobody gets the same one twice, and nobody is left out silently. Each is
 * recorded as intended when the server asks for its text, and settled by the answer. Heartbeats `{sent, total}`; a
 * cancellation is honoured between two mails. R1, R7, and mails to approvers.
 * @throws ApplicationFailure `Unreachable` (tried again) when the server does not answer or put some off; `ConfigInvalid`
 * when it refuses login or sender. What was sent until then stays sent.
 */
export async function sendLedgerMail(
  { store, transport }: SendDependencies,
  { site, againRefused = false, waived = [], paced = true }: SendOptions,
  mails: readonly LedgerMail[],
): Promise<Tally> {
  const tally: Record<Ending, string[]> = {
    sent: [],
    already: [],
    unknown: [],
    bounced: [],
    refused: [],
    noAddress: [],
  };
  const putOff: string[] = [];
  const entries = await entriesOf(store, mails);
  const session = transport.open(site.mail);
  const pace = pacer(paced ? 60_000 / site.mail.messagesPerMinute : 0);
  const progress = () => beat({ sent: tally.sent.length + tally.already.length, total: mails.length });
  // By the clock, so that a slow server is not mistaken for a dead worker.
  const heart = setInterval(progress, 5_000);

  const sendOne = async (mail: LedgerMail): Promise<void> => {
    const { key, to } = mail;
    const ended = await earlierEnding(store, mail, entries.get(entryName(key)), againRefused);
    if (ended !== null) return void tally[ended].push(key.person);
    if (to === null) {
      await recordNoAddress(store, site, key, waived.includes(key.person));
      return void tally.noAddress.push(key.person);
    }
    await pace();
    let outcome = await deliver(store, session, site, { ...mail, to });
    // Many servers end a connection after so many messages: that alone is no reason to give up.
    if (outcome?.state === 'unreachable' && tally.sent.length > 0)
      outcome = await deliver(store, session, site, { ...mail, to });
    if (outcome === null) tally.unknown.push(key.person);
    else if (outcome.state === 'put-off') putOff.push(outcome.answer);
    else tally[endingOf(outcome, site, mails.length - tally.sent.length - tally.already.length)].push(key.person);
  };

  try {
    for (const mail of mails) {
      cancellation()?.throwIfAborted();
      await sendOne(mail);
      progress();
    }
  } finally {
    clearInterval(heart);
    session.close();
  }
  if (putOff.length > 0)
    throw tryAgain(
      'Unreachable',
      `the mail server put off ${putOff.length} of ${many(mails.length, 'mail')}: ${putOff[0]}`,
    );
  return tally;
}

function endingOf({ state, answer }: Outcome, { mail }: Site, left: number): 'sent' | 'refused' | 'unknown' {
  if (state === 'sent' || state === 'refused' || state === 'unknown') return state;
  const server = `mail server ${mail.host}:${mail.port}`;
  if (state === 'misconfigured')
    throw refuse(
      'ConfigInvalid',
      `${server} does not let us send: ${answer}; check mail.username, mail.from and SEMESTER_SMTP_PASSWORD`,
    );
  throw tryAgain(
    'Unreachable',
    `${server} does not answer as it should, ${many(left, 'mail is', 'mails are')} left: ${answer}`,
  );
}

/** Waits until `gap` milliseconds after the last time. */
function pacer(gap: number): () => Promise<void> {
  let due = 0;
  return async () => {
    const wait = due - Date.now();
    if (wait > 0) await sleep(wait, undefined, { signal: cancellation() });
    due = Date.now() + gap;
  };
}
