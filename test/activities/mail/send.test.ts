import { inspect } from 'node:util';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LedgerMail, sendLedgerMail } from '../../../activities/mail/send.ts';
import { checkMail } from '../../../activities/doctor/services.ts';
import { createMailTransport, openSmtp } from '../../../activities/mail/transport.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { readMessages } from '../../../texts/messages.ts';
import { mailsOf, siteWith, templates } from './fixtures.ts';
import { startSmtp, type TestSmtp } from './smtp.ts';

const say = await readMessages({ templates }, 'en');
let smtp: TestSmtp;
let store: Store;
const transport = createMailTransport({ silenceMs: 5_000 });

// All tests share one database; each has its own semester.
let semester = '';
let tests = 0;
beforeAll(async () => {
  store = await temporaryStore();
}, 60_000);
beforeEach(async () => {
  semester = `semester-${++tests}`;
  smtp = await startSmtp();
});
afterEach(() => smtp.stop());
afterAll(() => store.close());

const mailsTo = (users: readonly string[]) => mailsOf(semester, users);

const send = (mails: readonly LedgerMail[], site = siteWith(smtp.port), againRefused = false) =>
  sendLedgerMail({ store, transport }, { site, againRefused }, mails);
const states = async () =>
  Object.fromEntries((await store.listMail(semester)).map(({ person, state }) => [person, state]));

test('a second run sends no mail again; 300 people get one each over one connection', async () => {
  const users = Array.from({ length: 300 }, (_, i) => `user${String(i).padStart(3, '0')}`);
  expect((await send(mailsTo(users.slice(0, 200)))).sent).toHaveLength(200);
  const second = await send(mailsTo(users));
  expect([second.already.length, second.sent.length]).toEqual([200, 100]);
  expect(new Set(smtp.mails.map(({ messageId }) => messageId)).size).toBe(300);
  expect(smtp.mails).toHaveLength(300);
});

test('headers: a Korean subject and sender, a stable Message-ID without names, marked as automatic', async () => {
  await send(mailsTo(['erin']));
  const [mail] = smtp.mails;
  expect(mail?.subject).toBe('안내 erin');
  expect(mail?.from?.value).toEqual([{ name: 'GPU 서버', address: 'gpu@example.org' }]);
  expect(mail?.replyTo?.text).toBe('contact@example.org');
  expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail?.messageId).toMatch(/^<[0-9a-f]{40}@example\.org>$/);
  expect((await store.listMail(semester))[0]?.messageId).toBe(mail?.messageId);
  expect([mail?.text?.trim(), mail?.html]).toEqual(['본문', '<p>본문</p>']);
});

test('a refused recipient and one without an address do not stop the others', async () => {
  smtp.faults.refuse = (address) => (address.startsWith('bad') ? { code: 550, text: `no such user ${address}` } : null);
  const mails = [...mailsTo(['ada', 'bad', 'eve']), { ...mailsTo(['nobody'])[0]!, to: null }];
  const tally = await send(mails);
  expect(tally).toEqual({
    sent: ['ada', 'eve'],
    already: [],
    unknown: [],
    bounced: [],
    refused: ['bad'],
    noAddress: ['nobody'],
  });
  expect(await states()).toEqual({ ada: 'sent', bad: 'refused', eve: 'sent', nobody: 'no-address' });
  const answer = (await store.listMail(semester)).find(({ person }) => person === 'bad')?.answer;
  expect(answer).toMatch(/^550/);
  expect(answer).not.toContain('bad@');

  smtp.faults.refuse = () => null;
  expect((await send(mails)).refused).toEqual(['bad']);
  // A person sends retry, and the address exists by now.
  const again = await send([...mailsTo(['ada', 'bad', 'eve', 'nobody'])], siteWith(smtp.port), true);
  expect(again).toMatchObject({ sent: ['bad', 'nobody'], already: ['ada', 'eve'] });
});

test('greylisting defers one mail and not the rest; the next attempt sends only that one', async () => {
  smtp.faults.refuse = (address) => (address.startsWith('bob') ? { code: 450, text: 'try later' } : null);
  await expect(send(mailsTo(['ada', 'bob', 'eve']))).rejects.toMatchObject({
    type: 'Unreachable',
    nonRetryable: false,
  });
  expect(await states()).toEqual({ ada: 'sent', eve: 'sent' });
  smtp.faults.refuse = () => null;
  expect(await send(mailsTo(['ada', 'bob', 'eve']))).toMatchObject({ sent: ['bob'], already: ['ada', 'eve'] });
});

test('a message that the server refuses after DATA counts as not sent', async () => {
  smtp.faults.received = () => {
    throw Object.assign(new Error('looks like spam'), { responseCode: 554 });
  };
  expect((await send(mailsTo(['ada']))).refused).toEqual(['ada']);
  smtp.faults.received = () => {
    throw Object.assign(new Error('disk full'), { responseCode: 452 });
  };
  await expect(send(mailsTo(['bob']))).rejects.toMatchObject({ type: 'Unreachable' });
  expect(await states()).toEqual({ ada: 'refused' });
});

test('a server that is down leaves no ledger entry, and gets the mails when it is up again', async () => {
  const { port } = smtp;
  await smtp.stop();
  await expect(send(mailsTo(['ada', 'bob']), siteWith(port))).rejects.toMatchObject({
    type: 'Unreachable',
    nonRetryable: false,
    message: expect.stringContaining(`127.0.0.1:${port}`) as unknown,
  });
  expect(await states()).toEqual({});
  smtp = await startSmtp({ port });
  expect((await send(mailsTo(['ada', 'bob']))).sent).toEqual(['ada', 'bob']);
});

test('a connection that is cut after DATA leaves an unknown that no run sends again', async () => {
  let first = true;
  smtp.faults.received = () => {
    if (first) smtp.cut();
    first = false;
  };
  const tally = await send(mailsTo(['ada', 'bob']));
  expect(tally).toMatchObject({ unknown: ['ada'], sent: ['bob'] });
  expect(await states()).toEqual({ ada: 'unknown', bob: 'sent' });
  expect(await send(mailsTo(['ada', 'bob']))).toMatchObject({ unknown: ['ada'], already: ['bob'], sent: [] });
});

test('the transport reconnects after a server ends the connection between two mails', async () => {
  let cuts = 0;
  smtp.faults.refuse = (address) => {
    if (address.startsWith('bob') && cuts++ === 0) smtp.cut();
    return null;
  };
  expect(await send(mailsTo(['ada', 'bob', 'eve']))).toMatchObject({ sent: ['ada', 'bob', 'eve'], unknown: [] });
  expect(cuts).toBe(2);
});

test('a wrong password fails as a configuration error, and no message contains the password', async () => {
  await smtp.stop();
  smtp = await startSmtp({ auth: { user: 'gpu', pass: 'right-secret' } });
  const site = siteWith(smtp.port);
  const withUser = { ...site, mail: { ...site.mail, username: 'gpu' } };
  const wrong = createMailTransport({ password: 'wrong-secret' });
  const failure = await sendLedgerMail({ store, transport: wrong }, { site: withUser }, mailsTo(['ada'])).catch(
    (error: Error) => error,
  );
  expect(failure).toMatchObject({ type: 'ConfigInvalid', nonRetryable: true });
  expect(inspect(failure, { depth: null })).not.toContain('wrong-secret');
  const right = createMailTransport({ password: 'right-secret' });
  expect((await sendLedgerMail({ store, transport: right }, { site: withUser }, mailsTo(['ada']))).sent).toEqual([
    'ada',
  ]);
});

test('a cancellation takes effect between two mails, and the next run continues from there', async () => {
  const environment = new MockActivityEnvironment();
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  smtp.faults.received = () => {
    if (smtp.mails.length === 1) environment.cancel();
  };
  const users = ['ada', 'bob', 'eve', 'joe'];
  await expect(environment.run(() => send(mailsTo(users)))).rejects.toThrow();
  // The mail in transit arrived, and is recorded.
  expect(await states()).toEqual({ ada: 'sent', bob: 'sent' });
  expect(beats.at(-1)).toEqual({ sent: 2, total: 4 });
  expect(await send(mailsTo(users))).toMatchObject({ already: ['ada', 'bob'], sent: ['eve', 'joe'] });
  expect(smtp.mails).toHaveLength(4);
});

test('keeps to the rate', async () => {
  const site = siteWith(smtp.port);
  const began = Date.now();
  await send(mailsTo(['ada', 'bob', 'eve']), { ...site, mail: { ...site.mail, messagesPerMinute: 300 } });
  expect(Date.now() - began).toBeGreaterThanOrEqual(395);
});

/** What a server answers to everybody. */
const FOR_ALL: readonly (readonly [people: number, code: number, text: string])[] = [
  [30, 554, '5.7.1 Relay access denied'],
  [30, 550, '5.4.5 Daily user sending quota exceeded. 4fb7q1x8'],
  [1, 554, '5.7.1 Relay access denied'],
  [3, 550, 'no such user'],
];

test.each(FOR_ALL)('a refusal of everybody (%d people, %d %s) is a fault of the system', async (people, code, text) => {
  const users = Array.from({ length: people }, (_, i) => `user${i}`);
  smtp.faults.refuse = () => ({ code, text });
  const failed: unknown = await send(mailsTo(users)).catch((error: unknown) => error);
  expect(failed).toMatchObject({ type: 'ConfigInvalid', nonRetryable: true });
  expect(String(failed)).toMatch(/refuses the mail of everybody, \d+ in a row: \d{3}.*then retry/);
  // Nobody counts as refused, and a retry sends.
  expect(await states()).toEqual({});
  smtp.faults.refuse = () => null;
  expect((await send(mailsTo(users))).sent).toHaveLength(people);
});

test('a quota that is used up in the middle stops the run; those who got a mail keep it', async () => {
  let sent = 0;
  smtp.faults.refuse = () => ((sent += 1) > 7 ? { code: 550, text: '5.4.5 quota exceeded' } : null);
  const users = Array.from({ length: 30 }, (_, i) => `user${i}`);
  await expect(send(mailsTo(users))).rejects.toThrow('5 in a row: 550 5.4.5 quota exceeded');
  expect(sent).toBe(12);
  expect(Object.values(await states())).toEqual(Array.from({ length: 7 }, () => 'sent'));
});

test('refusals of single people are theirs: unknown, full, or two with one provider', async () => {
  const texts: Record<string, string> = {
    a: '5.1.1 unknown',
    b: '5.2.2 over quota',
    d: '5.7.1 blocked',
    e: '5.7.1 blocked',
  };
  smtp.faults.refuse = (address) => {
    const text = texts[address[0] ?? ''];
    return text === undefined ? null : { code: 550, text };
  };
  expect(await send(mailsTo(['a', 'b', 'c', 'd', 'e']))).toMatchObject({ sent: ['c'], refused: ['a', 'b', 'd', 'e'] });
});

test.each([
  ['4.7.1 Greylisted, try again in 300 seconds', 300_000],
  ['4.2.0 Greylisting in action, please come back later', 300_000],
  ['4.7.1 Greylisted, retry in 00:08:30', 510_000],
  ['4.7.1 try again in 10 minutes', 600_000],
])('greylisting "%s" waits its time', async (text, ms) => {
  smtp.faults.refuse = () => ({ code: 451, text });
  await expect(send(mailsTo(['ada', 'bob']))).rejects.toMatchObject({ type: 'Unreachable', nextRetryDelay: ms });
});

test('a server without STARTTLS, and one that does not begin with TLS, are named with the setting', async () => {
  const { mail } = siteWith(smtp.port);
  const error: unknown = await openSmtp({ ...mail, secure: true }, undefined, 5_000).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    message: `127.0.0.1:${smtp.port} does not begin with TLS`,
    remedy: expect.stringContaining('mail.secure: false'),
  });
  // Loopback by a name that no rule knows as such: a password goes out encrypted only.
  const site = { ...siteWith(smtp.port), mail: { ...mail, host: '::ffff:127.0.0.1', username: 'gpu' } };
  await expect(send(mailsTo(['ada']), site)).rejects.toThrow(
    'offers no STARTTLS, and the password goes out encrypted only; enable STARTTLS on the server, or set mail.secure: true',
  );
});

test('doctor asks whether the server takes a mail, and sends none', async () => {
  const site = {
    ...siteWith(smtp.port),
    approvers: [{ name: 'kim', email: 'kim@example.org', language: 'ko' as const }],
  };
  expect(await checkMail(say, site, undefined)).toMatchObject({
    found: 'on this machine, without TLS, no login configured',
  });
  smtp.faults.refuse = () => ({ code: 554, text: '5.7.1 Relay access denied' });
  expect(await checkMail(say, site, undefined)).toMatchObject({
    state: 'wrong',
    found: 'RCPT TO is answered by 554 5.7.1 Relay access denied',
    remedy: expect.stringContaining('relays mails of this machine'),
  });
  smtp.faults.refuse = () => ({ code: 451, text: '4.7.1 greylisted' });
  expect((await checkMail(say, site, undefined)).state).toBe('warning');
  expect(smtp.mails).toEqual([]);
});
