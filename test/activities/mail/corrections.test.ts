import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMailActivities } from '../../../activities/mail/activities.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import type { Semester } from '../../../domain/semester.ts';
import { calendar, directoryOf, idServerOf, member, person, siteWith } from './fixtures.ts';
import { startSmtp, type TestSmtp } from './smtp.ts';
import { holdsContract } from '../../support/contract.ts';

let smtp: TestSmtp;
let store: Store;
let semester: Semester;
let plan: string;
let tests = 0;
const people = [person('ada'), person('bob', { email: 'Old@example.org' }), person('eve', { email: null })];
const ref = { workflow: 'semester/x', step: 'notice-mail-0', round: 1, byHand: false };
const by = 'kim';

const mails = (known = people) =>
  holdsContract(
    createMailActivities({
      site: async () => siteWith(smtp.port),
      store,
      transport: createMailTransport({ silenceMs: 5_000 }),
      idServer: idServerOf(['ada', 'bob', 'eve'].map((user, n) => member(user, n))),
      directory: directoryOf(known),
      clock: () => new Date('2027-02-03T00:00:00Z'),
    }),
  );
const states = async (name = semester.name) => {
  const { lines } = await mails().listMails({ semester: name, plan, page: 0 });
  return Object.fromEntries(lines.map(({ person: user, state }) => [user, state]));
};

beforeAll(async () => {
  [store, smtp] = await Promise.all([temporaryStore(), startSmtp()]);
}, 60_000);
afterAll(async () => {
  await smtp.stop();
  await store.close();
});
beforeEach(async () => {
  smtp.mails.length = 0;
  semester = { name: `semester-${++tests}` } as Semester;
  const usage = await store.putDocument({ at: '2027-02-01T00:00:00Z', homes: {}, docker: {}, unreachable: [] });
  plan = (await mails().planNotices({ semester, calendar, edition: 0, keep: [], usage, index: 0 })).digest;
});

test('the ledger names the planned, the sent and the waived mails', async () => {
  expect(await states()).toEqual({ ada: 'planned', bob: 'planned', eve: 'planned' });
  await mails().sendNotices({ ref, plan, index: 0, waived: ['eve'] });
  expect(await states()).toEqual({ ada: 'sent', bob: 'sent', eve: 'waived' });
  const { lines } = await mails().listMails({ semester: semester.name, page: 0 });
  expect(lines.find(({ person: user }) => user === 'ada')?.answer).toMatch(/^250/);
});

test('a bounced mail counts as not sent, by account or by address, and goes out again only on a signal', async () => {
  await mails().sendNotices({ ref, plan, index: 0 });
  const bounce = (who: string) => mails().recordBounce({ semester: semester.name, plan, who, by });
  await expect(bounce('stranger@example.org')).rejects.toThrow(/no recipient of the notice with this address/);
  await expect(bounce('eve')).rejects.toThrow(/no mail to eve was sent/);
  await expect(bounce('mallory')).rejects.toThrow(/no notice to mallory is recorded/);
  expect((await bounce('old@EXAMPLE.org')).facts).toEqual({ user: 'bob', mails: 1 });
  expect((await bounce('bob')).facts).toEqual({ user: 'bob', mails: 0 });
  expect(await states()).toEqual({ ada: 'sent', bob: 'bounced', eve: 'no-address' });

  const again = await mails().sendNotices({ ref: { ...ref, round: 2 }, plan, index: 0 });
  expect(again.facts).toMatchObject({ sent: 0, bounced: 1 });
  // A person corrects the address on the ID server.
  const mended = mails([person('ada'), person('bob', { email: 'new@example.org' })]);
  const proof = await mended.resendNotice({ plan, index: 0, user: 'bob', by });
  expect(proof.facts).toMatchObject({ sent: 1 });
  expect(proof.summary).toContain('kim');
  expect([smtp.mails.at(-1)?.to].flat()[0]?.text).toContain('new@example.org');
  expect(await states()).toMatchObject({ bob: 'sent' });
});

test('an unknown mail is sent again for one person; a recorded one never is', async () => {
  let first = true;
  smtp.faults.received = () => {
    if (first) smtp.cut();
    first = false;
  };
  const proof = await mails().sendNotices({ ref, plan, index: 0 });
  smtp.faults.received = () => undefined;
  expect(proof.summary).toContain('semester resend');
  expect(await states()).toMatchObject({ ada: 'unknown', bob: 'sent' });
  await mails().resendNotice({ plan, index: 0, user: 'ada', by });
  expect(await states()).toMatchObject({ ada: 'sent' });
  await expect(mails().resendNotice({ plan, index: 0, user: 'ada', by })).rejects.toThrow(/is not sent twice/);
  await expect(mails().resendNotice({ plan, index: 0, user: 'mallory', by })).rejects.toThrow(/not among the 3/);
});
