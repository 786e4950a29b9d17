import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMailActivities } from '../../../activities/mail/activities.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import type { Proof } from '../../../domain/proof.ts';
import { calendar, directoryOf, idServerOf, member, person, semester, siteWith } from './fixtures.ts';
import { holdsContract } from '../../support/contract.ts';

/** `npm run bench:notices` has 10,000; a fifth of that shows the same for memory, ledger and pages. */
const PEOPLE = Number(process.env['NOTICES_PEOPLE'] ?? 2_000);
const users = Array.from({ length: PEOPLE }, (_, n) => `user${String(n).padStart(5, '0')}`);

/** The number of mails to each address; the texts are dropped. */
const received = new Map<string, number>();
let total = 0;
let onMail = () => {};
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, session, done) {
    stream.resume();
    stream.once('end', () => {
      for (const { address } of session.envelope.rcptTo) received.set(address, (received.get(address) ?? 0) + 1);
      total += 1;
      onMail();
      done();
    });
  },
});
let store: Store;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  [store] = await Promise.all([temporaryStore(), once(server.server, 'listening')]);
}, 60_000);
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(resolve));
  await store.close();
});

test('thousands of people in one run: after a stop midway the run continues, each person gets one mail, memory stays flat', async () => {
  const site = siteWith((server.server.address() as AddressInfo).port);
  const mails = holdsContract(
    createMailActivities({
      site: async () => site,
      store,
      transport: createMailTransport(),
      idServer: idServerOf(users.map((user, n) => member(user, n))),
      directory: directoryOf(users.map((user) => person(user))),
      clock: () => new Date(),
    }),
  );
  const usage = await store.putDocument({ at: '2027-02-01T00:00:00Z', homes: {}, docker: {}, unreachable: [] });
  const ref = await mails.planNotices({ semester, calendar, edition: 0, keep: [], usage, index: 0 });
  expect(Buffer.byteLength(JSON.stringify(ref))).toBeLessThan(16 * 1024);

  const heap: number[] = [];
  const environment = new MockActivityEnvironment();
  onMail = () => {
    if (total % (PEOPLE / 10) === 0) heap.push(process.memoryUsage().rss);
    if (total === PEOPLE / 5) environment.cancel();
  };
  const step = { workflow: 'semester/x', step: 'notice-mail-0', round: 1, byHand: false };
  const send = async (): Promise<Proof> => await mails.sendNotices({ ref: step, plan: ref.digest, index: 0 });
  await expect(environment.run(send)).rejects.toThrow();
  expect(total).toBeLessThan(PEOPLE / 5 + 10);
  const planned = await mails.planNotices({ semester, calendar, edition: 0, keep: [], usage, index: 0 });
  expect(planned).toMatchObject({ digest: ref.digest, counts: { told: total, recipients: PEOPLE } });

  const before = total;
  const proof = await send();
  expect(proof.facts).toMatchObject({ sent: PEOPLE - before, already: before, unknown: 0 });
  expect(Buffer.byteLength(JSON.stringify(proof))).toBeLessThan(4096);
  expect(received.size).toBe(PEOPLE);
  expect(new Set(received.values())).toEqual(new Set([1]));
  const [early = 0, late = 0] = [heap[2], heap.at(-1)];
  expect((late - early) / 1024 / 1024).toBeLessThan(150);

  let lines = 0;
  for (let page = 0, pages = 1; page < pages; page++) {
    const answer = await mails.listMails({ semester: semester.name, plan: ref.digest, page });
    ({ pages } = answer);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(256 * 1024);
    lines += answer.lines.filter(({ state }) => state === 'sent').length;
  }
  expect(lines).toBe(PEOPLE);
}, 240_000);
