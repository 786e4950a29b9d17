import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { announceUpdate } from '../../../activities/mail/update-mail.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { siteWith } from './fixtures.ts';
import { startSmtp, type TestSmtp } from './smtp.ts';
import { holdsContract } from '../../support/contract.ts';

let smtp: TestSmtp;
let store: Store;
beforeAll(async () => {
  [smtp, store] = await Promise.all([startSmtp(), temporaryStore()]);
});
afterAll(async () => {
  await smtp.stop();
  await store.close();
});

const member = (username: string | null, uid: number) => ({ uid, username, name: 'n', studentNumbers: [] });
const person = (user: string, language: 'ko' | 'en') => ({
  user,
  uid: 1,
  name: `Name of ${user}`,
  language,
  email: `${user}@example.org`,
});

test('every member gets one mail for each image, in their language, with the time and the hosts of the reboot', async () => {
  const site = siteWith(smtp.port);
  const window = { from: '02:00', until: '06:00' };
  const between = { announce: 'P3D', waitForJobs: 'PT12H', window };
  const acts = holdsContract({
    announceUpdate: announceUpdate({
      site: async () => ({ ...site, update: { ...site.update, between } }),
      store,
      transport: createMailTransport(),
      idServer: {
        members: async () => [member('erin', 1), member('kim', 2), member('zoe', 3), member(null, 4)],
        implied: async () => [],
      },
      directory: {
        lookup: async () => new Map([person('erin', 'ko'), person('kim', 'en')].map((one) => [one.user, one])),
      },
      clock: () => new Date('2027-03-02T00:00:00Z'),
    }),
  });
  const announce = acts.announceUpdate;
  const ref = { workflow: 'update/x', step: 'announcement', round: 1, byHand: false };
  const about = { image: '2027-03-01-gpu-update', hosts: ['bernini', 'cojito'], opens: '2027-03-04T17:00:00Z' };
  const proof = await announce({ ref, ...about });
  expect(proof).toMatchObject({ what: 'update-mails', facts: { sent: 2, noAddress: 1 } });
  expect(await announce({ ref, ...about })).toMatchObject({ facts: { sent: 0, already: 2 } });
  const [erin, kim] = ['재부팅', 'Reboots'].map((word) => smtp.mails.find(({ subject }) => subject?.includes(word)));
  expect(erin?.text).toContain('2027년 3월 5일 (금) 오전 2시');
  expect(kim?.text).toContain('Friday, 5 March 2027, 02:00');
  for (const mail of [erin, kim]) {
    for (const part of ['02:00', '06:00', 'bernini, cojito']) expect(mail?.text).toContain(part);
    expect(mail?.text).not.toMatch(/[{}]/);
  }
  // Another image is another mail.
  expect(await announce({ ref, ...about, image: '2027-05-01-gpu-update' })).toMatchObject({ facts: { sent: 2 } });
});
