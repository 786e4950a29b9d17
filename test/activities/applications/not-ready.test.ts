import { expect, test } from 'vitest';
import { tellOfUnready } from '../../../activities/applications/ready.ts';
import { recordsOf, type Unready } from '../../../activities/applications/records.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { siteWith, templates } from '../mail/fixtures.ts';
import { mailStage } from '../mail/stage.ts';

const stage = mailStage();

const AT = '2027-03-02T00:00:00.000Z';
const unready = (user: string, since = AT): Unready => ({
  user,
  since,
  hosts: ['bernini', 'cojito (does not answer)'],
});

async function told(semester: string, hours: number, waiting: readonly Unready[], port = stage.smtp.port) {
  await recordsOf(stage.store, semester).unready.put(waiting);
  const site = async () => siteWith(port, { templates, remindEvery: 'P1D' });
  const clock = () => new Date(Date.parse(AT) + hours * 3_600_000);
  const before = stage.smtp.mails.length;
  await tellOfUnready({ site, store: stage.store, transport: createMailTransport(), clock }, semester);
  return stage.smtp.mails.slice(before).map(({ subject, text }) => ({ subject, text: text ?? '' }));
}

test('approvers hear of accounts that a host does not know after a day and a half, then daily, each in their language', async () => {
  expect(await told('a', 35, [unready('erin')])).toEqual([]);
  const mails = await told('a', 37, [unready('erin'), unready('frank', '2027-03-03T12:00:00.000Z')]);
  expect(new Set(mails.map(({ subject }) => subject))).toEqual(
    new Set(['[a] Accounts that do not reach every server', '[a] 일부 서버에서 아직 모르는 계정이 있습니다']),
  );
  for (const { text } of mails) {
    expect(text).toMatch(/erin \(2027-03-02 \(.+\) 09:00\): bernini, cojito \(does not answer\)/);
    expect(text).toContain('semester applications a');
    expect(text).not.toContain('frank');
  }
  expect(await told('a', 59, [unready('erin')])).toEqual([]);
  expect(await told('a', 61, [unready('erin')])).toHaveLength(2);
  expect(await told('a', 100, [])).toEqual([]);
});

test('a mail server that does not answer keeps no poll from working, and the mail goes out later', async () => {
  expect(await told('b', 40, [unready('erin')], 9)).toEqual([]);
  expect(await told('b', 41, [unready('erin')])).toHaveLength(2);
});
