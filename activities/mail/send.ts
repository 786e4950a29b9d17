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
  announced,
  recordLost,
  recordNoAddress,
} from './ledger.ts';
import type { Outcome } from './outcome.ts';
import { greylistMs, refusalOfAll } from './refusals.ts';
import type { MailTransport } from './transport.ts';

export type { LedgerMail } from './ledger.ts';

export interface SendDependencies {
  readonly store: Store;
  readonly transport: MailTransport;
}

export interface SendOptions {
  readonly site: Site;
  /** Also sends mails that the server refused before, after a person sent `retry`. Default false. */
  readonly againRefused?: boolean;
  /** A person asked for exactly these mails, also for those that a lost store may have sent. Default false. */
  readonly asked?: boolean;
  /** Accounts without an address that were waived by name. */
  readonly waived?: readonly string[];
  /** Limits the rate to `mail.messagesPerMinute`; default true. False for the few mails to approvers. */
  readonly paced?: boolean;
  /** A refusal of every mail is a fault that parks the step; default true. False for alarms: there is no other way. */
  readonly demanding?: boolean;
}

/**
 * Account names by the outcome of their mail: `sent` now, `already` sent by an earlier attempt, `unknown` if
 * interrupted (it may have arrived), `bounced`, `refused` permanently by the server, `noAddress`.
 */
export type Tally = Readonly<Record<Ending, readonly string[]>>;

/**
 * Sends mails one after the other and records each in the ledger: no person receives the same mail twice, and none is
 * skipped silently. An entry becomes `intended` when the server asks for the text, and is settled by the answer.
 * Heartbeats `{sent, total}`; a cancellation takes effect between two mails. R1, R7, and mails to approvers.
 * @throws ApplicationFailure `Unreachable` (retryable) if the server does not answer or defers some mails;
 * `ConfigInvalid` if it refuses login or sender, or everybody's mail for the same reason. Mails sent until then stay sent.
 */
export async function sendLedgerMail(
  { store, transport }: SendDependencies,
  { site, againRefused = false, asked = false, waived = [], paced = true, demanding = true }: SendOptions,
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
  /** Since the last mail that was sent. */
  let refused: { readonly key: LedgerMail['key']; readonly answer: string }[] = [];
  const entries = await entriesOf(store, mails);
  const lost = await announced(store, mails, entries);
  const session = transport.open(site.mail);
  const pace = pacer(paced ? 60_000 / site.mail.messagesPerMinute : 0);
  const progress = () => beat({ sent: tally.sent.length + tally.already.length, total: mails.length });
  // Heartbeats by a timer, so that a slow server does not look like a dead worker.
  const heart = setInterval(progress, 5_000);

  /** A refusal of everybody's mail is no property of a person: nothing is recorded about them, and `retry` sends again. */
  const demandNotAll = async (over: boolean): Promise<void> => {
    const answers = refused.map(({ answer }) => answer);
    const answer = demanding ? refusalOfAll(answers, tally.sent.length + tally.already.length, over) : null;
    if (answer === null) return;
    for (const { key } of refused) await store.releaseMail(key, 'refused');
    throw refuse(
      'ConfigInvalid',
      `mail server ${site.mail.host}:${site.mail.port} refuses the mail of everybody, ${refused.length} in a row: ${answer}; have the server accept mails of this service (mail.from, mail.username, its quota), then retry`,
    );
  };
  const sendOne = async (mail: LedgerMail): Promise<void> => {
    const { key, to } = mail;
    const ended = await earlierEnding(store, mail, entries.get(entryName(key)), againRefused);
    if (ended === 'refused') refused.push({ key, answer: entries.get(entryName(key))?.answer ?? '' });
    if (ended !== null) return void tally[ended].push(key.person);
    if (to === null) {
      await recordNoAddress(store, site, key, waived.includes(key.person));
      return void tally.noAddress.push(key.person);
    }
    if (!asked && lost.has(entryName(key))) {
      await recordLost(store, site, key);
      return void tally.unknown.push(key.person);
    }
    await pace();
    let outcome = await deliver(store, session, site, { ...mail, to });
    // Many servers close a connection after some number of messages. Try once more on a new connection.
    if (outcome?.state === 'unreachable' && tally.sent.length > 0)
      outcome = await deliver(store, session, site, { ...mail, to });
    if (outcome === null) tally.unknown.push(key.person);
    else if (outcome.state === 'put-off') putOff.push(outcome.answer);
    else {
      const ending = endingOf(outcome, site, mails.length - tally.sent.length - tally.already.length);
      tally[ending].push(key.person);
      if (ending === 'sent') refused = [];
      if (ending === 'refused') refused.push({ key, answer: outcome.answer });
    }
    await demandNotAll(false);
  };

  try {
    for (const mail of mails) {
      cancellation()?.throwIfAborted();
      await sendOne(mail);
      progress();
    }
    if (putOff.length === 0) await demandNotAll(true);
  } finally {
    clearInterval(heart);
    session.close();
  }
  if (putOff.length > 0)
    throw tryAgain(
      'Unreachable',
      `the mail server deferred ${putOff.length} of ${many(mails.length, 'mail')}: ${putOff[0]}`,
      undefined,
      // A greylisting server takes no mail before its time.
      Math.max(...putOff.map((answer) => greylistMs(answer) ?? 0)) || undefined,
    );
  return tally;
}

function endingOf({ state, answer, remedy }: Outcome, { mail }: Site, left: number): 'sent' | 'refused' | 'unknown' {
  if (state === 'sent' || state === 'refused' || state === 'unknown') return state;
  const server = `mail server ${mail.host}:${mail.port}`;
  if (state === 'misconfigured')
    throw refuse(
      'ConfigInvalid',
      `${server} refuses to send: ${answer}; ${remedy ?? 'check mail.username, mail.from and SEMESTER_SMTP_PASSWORD'}`,
    );
  throw tryAgain(
    'Unreachable',
    `${server} does not answer correctly, ${many(left, 'mail is', 'mails are')} left: ${answer}`,
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
