import { noticeGate } from '../../../domain/gates/notice.ts';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Member, Person } from '../../../activities/id-server/types.ts';
import { createMailActivities } from '../../../activities/mail/activities.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { Semester } from '../../../domain/semester.ts';
import { calendar, directoryOf, idServerOf, member, person, siteWith, templates } from './fixtures.ts';
import { startSmtp, type TestSmtp } from './smtp.ts';
import { holdsContract } from '../../support/contract.ts';

let smtp: TestSmtp;
let store: Store;
let dir: string;
let semester: Semester;
let tests = 0;

beforeAll(async () => {
  store = await temporaryStore();
  dir = await mkdtemp(join(tmpdir(), 'notices-'));
}, 60_000);
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});
beforeEach(async () => {
  semester = { name: `semester-${++tests}` } as Semester;
  smtp = await startSmtp();
  await cp(templates, join(dir, 'templates'), { recursive: true });
});
afterEach(() => smtp.stop());

const PEOPLE = [
  person('erin', { name: '이에린' }),
  person('adam', { name: 'Adam', language: 'en' }),
  person('nomail', { email: null }),
  person('prof'),
];
const MEMBERS = ['prof', 'erin', 'nomail', 'adam'].map(member);
const keep = [{ user: 'prof', reason: '지도교수', until: '2027-08-10' }];
const ref = { workflow: 'semester/x', step: 'notice', round: 1, byHand: false };

const activities = (
  members: readonly Member[] = MEMBERS,
  people: readonly Person[] = PEOPLE,
  name = 'test-site',
  idServer = idServerOf(members),
) =>
  holdsContract(
    createMailActivities({
      site: async () => siteWith(smtp.port, { name, templates: join(dir, 'templates') }),
      store,
      transport: createMailTransport(),
      idServer,
      directory: directoryOf(people),
      clock: () => new Date('2027-02-03T00:00:00Z'),
    }),
  );

const usage = () =>
  store.putDocument({
    at: '2027-01-27T00:00:00Z',
    homes: { erin: 2 ** 30, adam: 0 },
    docker: { asahi: { erin: 5 * 2 ** 30 } },
    unreachable: ['bernini'],
  });

const plan = async (change: object = {}, using = activities()) =>
  using.planNotices({ semester, calendar, edition: 0, keep, usage: await usage(), ...change });

const subjects = () => smtp.mails.map(({ to, subject }) => `${[to].flat()[0]?.value[0]?.address}: ${subject}`);

describe('the plan', () => {
  test('mails those too who sign in through a group above, and names them', async () => {
    const via = ['undergraduate'];
    const idServer = {
      ...idServerOf(MEMBERS),
      implied: async () => [
        { ...member('erin', 1), via },
        { ...member('zoe', 90), via },
        { ...member('prof', 0), via },
      ],
    };
    const planned = await plan({}, activities(MEMBERS, PEOPLE, 'test-site', idServer));
    const { binding } = await store.getPlan(noticeGate, planned.digest);
    expect(binding.recipients.map(({ user }) => user)).toEqual(['adam', 'erin', 'nomail', 'zoe']);
    expect(planned.counts['implied']).toBe(1);
    expect(planned.warnings).toContainEqual(expect.stringMatching(/undergraduate.*zoe/));
  });

  test('holds exactly the members but the exempt, sorted, and the text of each language', async () => {
    const planned = await plan();
    expect(planned).toMatchObject({
      counts: { recipients: 3, noAddress: 1, ko: 2, en: 1 },
      kept: ['bacchus — 보호 계정', 'root — 보호 계정', 'prof — 지도교수, 2027-08-10까지'],
      waivable: ['nomail'],
      confirm: 'notice 3',
      total: 3,
      empty: false,
    });
    expect(planned.rows[1]).toBe('erin (ko) — 홈 1.0 GiB, Docker asahi 5.0 GiB');
    expect(planned.warnings.join('\n')).toMatch(/nomail[^]*bernini/);
    const { binding } = await store.getPlan(noticeGate, planned.digest);
    expect(digestOf(binding)).toBe(planned.digest);
    expect(binding.recipients).toEqual([
      { user: 'adam', address: 'adam@example.org', language: 'en' },
      { user: 'erin', address: 'erin@example.org', language: 'ko' },
      { user: 'nomail', address: null, language: 'ko' },
    ]);
    expect(binding.texts.notice.ko.text).toContain('〔홈 크기〕');
    expect(binding.texts.deadline.en.text).toContain('Wednesday, 10 February 2027');
  });

  test('has the same digest when only sizes have changed, and another one when a recipient or a word has', async () => {
    const before = await plan();
    const smaller = await store.putDocument({ at: 'later', homes: {}, docker: {}, unreachable: [] });
    expect((await plan({ usage: smaller })).digest).toBe(before.digest);
    expect((await plan({}, activities(MEMBERS.slice(1, 3)))).digest).not.toBe(before.digest);
    await writeFile(join(dir, 'templates/mail/ko/notice.md'), '---\nsubject: 새 제목\n---\n{{ person.name }}\n');
    expect((await plan()).digest).not.toBe(before.digest);
  });

  test('reports a storage host that could not be measured, to approvers and in the mail', async () => {
    const nothing = await store.putDocument({ at: 'now', homes: {}, docker: {}, unreachable: ['oloroso'] });
    const { digest, warnings } = await plan({ usage: nothing });
    expect(warnings.join()).toContain('oloroso');
    await activities().sendNotices({ ref, plan: digest, index: 0 });
    expect(smtp.mails[1]?.text).toContain('/csehome/erin`: 확인하지 못했습니다');
  });

  test('is empty without recipients; a member without an account name is named', async () => {
    expect((await plan({}, activities(['prof'].map(member)))).empty).toBe(true);
    const { warnings } = await plan({}, activities([member(null, 77)]));
    expect(warnings.join()).toContain('77');
  });
});

describe('the notices', () => {
  test('are the approved text, although the template was edited meanwhile', async () => {
    const { digest } = await plan();
    await writeFile(join(dir, 'templates/mail/ko/notice.md'), '---\nsubject: 새 제목\n---\n{{ person.name }}\n');
    const proof = await activities().sendNotices({ ref, plan: digest, index: 0 });
    expect(proof).toMatchObject({ how: 'service', facts: { sent: 2, already: 0, unknown: 0, noAddress: 1 } });
    expect(proof.summary).toContain('nomail');
    expect(subjects()).toEqual([
      'adam@example.org: [GPU servers] Your account and all data end on Wednesday, 10 February 2027, 23:59 (Asia/Seoul)',
      'erin@example.org: [GPU 서버] 2027년 2월 10일 (수) 오후 11시 59분에 계정이 만료되고 데이터가 모두 삭제됩니다',
    ]);
    expect(smtp.mails[1]?.text).toContain('asahi 서버의 Docker 데이터: 5.0 GiB');
  });

  test('go out once for each index; a correction is another mail to the same people', async () => {
    const mail = activities();
    const { digest } = await plan();
    await mail.sendNotices({ ref, plan: digest, index: 0 });
    expect((await mail.sendNotices({ ref, plan: digest, index: 0 })).facts).toMatchObject({ sent: 0, already: 2 });
    await mail.sendNotices({ ref, plan: digest, index: 1 });
    const corrected = await plan({ edition: 1, corrects: '2027-02-03T14:59:59Z' });
    await mail.sendNotices({ ref, plan: corrected.digest, index: 0 });
    expect(smtp.mails).toHaveLength(6);
    expect(smtp.mails.at(-1)?.subject).toContain('정정');
    expect(smtp.mails.at(-1)?.text).toContain('2027년 2월 3일 (수)');
    const kinds = (await store.listMail(semester.name)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['notice-0', 'notice-1', 'correction-0']));
  });

  test('done by hand are recorded and not sent', async () => {
    const { digest } = await plan();
    const proof = await activities().sendNotices({ ref: { ...ref, byHand: true }, plan: digest, index: 0 });
    expect(proof).toMatchObject({ how: 'by-hand', facts: { sent: 3 } });
    expect((await activities().sendNotices({ ref, plan: digest, index: 0 })).facts).toMatchObject({
      sent: 0,
      already: 3,
    });
    expect(smtp.mails).toHaveLength(0);
  });

  test('of another site are refused', async () => {
    const { digest } = await plan();
    const elsewhere = activities(MEMBERS, PEOPLE, 'elsewhere');
    await expect(elsewhere.sendNotices({ ref, plan: digest, index: 0 })).rejects.toMatchObject({ type: 'WrongSite' });
  });
});

test('the deadline mail goes to current members, new ones too, and to earlier recipients who are out; not to the exempt', async () => {
  const { digest } = await plan();
  await activities().sendNotices({ ref, plan: digest, index: 0 });
  smtp.mails.length = 0;
  const later = activities(['prof', 'adam', 'newbie'].map(member), [...PEOPLE, person('newbie')]);
  const proof = await later.sendDeadlineMails({ ref, plan: digest, keep });
  expect(proof.facts).toMatchObject({ sent: 3 });
  expect(subjects().map((line) => line.split('@')[0])).toEqual(['adam', 'erin', 'newbie']);
  expect((await later.sendDeadlineMails({ ref, plan: digest, keep })).facts).toMatchObject({ sent: 0, already: 3 });
});

test('approvers get one mail for each key, in their language, with the workflow and the commands', async () => {
  const ask = {
    workflow: 'semester/x',
    semester: semester.name,
    key: 'gate:wipe:1',
    kind: 'gate' as const,
    about: 'wipe',
    headline: '홈 36개를 삭제합니다',
    lines: ['erin 1.0 GiB', 'two\nlines <b>'],
    commands: ['semester approve wipe'],
  };
  await activities().notifyApprovers(ask);
  await activities().notifyApprovers(ask);
  await activities().notifyApprovers({ ...ask, workflow: 'host-update/y' });
  expect(subjects()).toEqual([
    `hana@example.org: [${semester.name}] 결정 요청: 데이터 삭제 (wipe)`,
    `bob@example.org: [${semester.name}] Your decision is needed: deletion of data (wipe)`,
    `hana@example.org: [${semester.name}] 결정 요청: 데이터 삭제 (wipe)`,
    `bob@example.org: [${semester.name}] Your decision is needed: deletion of data (wipe)`,
  ]);
  const [korean] = smtp.mails;
  for (const piece of ['semester/x', '    semester approve wipe', '    lines <b>', '홈 36개를 삭제합니다'])
    expect(korean?.text).toContain(piece);
  expect(korean?.html).not.toContain('<b>');
});

test('the details of a question are in each approver’s language; the subject names every gate', async () => {
  const ask = {
    workflow: 'restore/x',
    semester: semester.name,
    key: 'gate:restore:2',
    kind: 'gate' as const,
    about: 'restore',
    headline: 'dave',
    lines: ['dave → /csehome/dave'],
    commands: [],
    more: 22,
    kept: ['prof'],
    changed: ['+ eve'],
  };
  await activities().notifyApprovers(ask);
  const rejected = { by: 'kim', comment: 'wait' };
  await activities().notifyApprovers({ ...ask, key: 'a', kind: 'attention', headline: '', lines: [], rejected });
  const [korean, english, parked] = smtp.mails;
  expect(subjects()[0]).toContain('결정 요청: 데이터 복원 (restore)');
  for (const piece of ['지난번 계획과 달라진 점:', '+ eve', '… 외 22건', '그대로 두는 것:'])
    expect(korean?.text).toContain(piece);
  for (const piece of ['Changed since the plan before:', '… and 22 more', 'Kept:'])
    expect(english?.text).toContain(piece);
  expect(parked?.text).toContain('kim 님이 이 계획을 거절했습니다: wait.');
  expect(parked?.text).not.toContain('****');
});

test('a broken template does not keep an alarm from the approvers: it arrives as plain text', async () => {
  await writeFile(join(dir, 'templates/mail/ko/attention.md'), '---\nsubject: x\n---\n{{ nothing.of.this }\n');
  const ask = {
    workflow: 'semester/x',
    semester: semester.name,
    key: 'attention:backup:1',
    kind: 'attention' as const,
    about: 'backup',
    headline: '',
    lines: ['CommandFailed: <no space>'],
    commands: ['semester retry x backup --by YOU --reason WHY'],
  };
  await activities().notifyApprovers(ask);
  const [korean, english] = smtp.mails;
  expect(korean?.subject).toBe(`[${semester.name}] attention: backup`);
  for (const piece of [...ask.lines, ...ask.commands, 'semester/x', 'mail/ko/attention.md'])
    expect(korean?.text).toContain(piece);
  expect(korean?.html).toBe(false);
  expect(english?.subject).not.toBe(korean?.subject);
});

test.each([
  ['finished', '', '학기 작업을 모두 마쳤습니다.', 'is finished.'],
  ['aborted', 'kim: no power', '학기 작업을 중단했습니다. kim: no power', 'was aborted. kim: no power'],
] as const)('the report states that a semester %s, in each approver’s language', async (outcome, why, ko, en) => {
  await activities().notifyApprovers({
    workflow: 'semester/x',
    semester: semester.name,
    key: `report:${outcome}`,
    kind: 'report',
    about: 'semester',
    headline: '',
    lines: ['wipe-homes: gone'],
    commands: [],
    ended: { outcome, why },
  });
  const [korean, english] = smtp.mails;
  expect(korean?.text).toContain(ko);
  expect(english?.text).toContain(en);
});
