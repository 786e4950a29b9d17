import pg from 'pg';
import { expect, it } from 'vitest';
import { applicationsStage, calendar, HOUR, idx, NOTHING, numberOf, ref } from './stage.ts';

const stage = applicationsStage('127.88.0.1');

it('takes three applicants from their two halves to the account, then reports nothing new', async () => {
  expect(await stage.activities().recordBaseline({ semester: stage.semester })).toMatchObject({
    facts: { pending: 1 },
  });
  await stage.services.idServer.requestJoin('xavier');
  expect(await stage.activities().recordBaseline({ semester: stage.semester })).toMatchObject({
    facts: { pending: 1 },
  });
  expect(await stage.records().baseline.get()).toMatchObject({ uids: [idx('walter')] });

  await stage.answer('Erin ', { docker: true });
  await stage.services.idServer.requestJoin('erin');
  await stage.answer('frank');
  await stage.services.idServer.requestJoin('heidi');
  const first = await stage.poll();
  expect(first).toEqual([{ kind: 'accept', user: 'erin', uid: idx('erin') }]);

  const accepted = await stage.activities().acceptApplicants({ ref, semester: stage.semester, calendar, users: first });
  expect(accepted.facts).toEqual({ accepted: 1, already: 0, gone: 0 });
  expect(await stage.services.idServer.members()).toEqual(['erin', 'prof']);
  // A forged list: heidi has not answered the survey.
  const forged = [{ kind: 'accept', user: 'heidi', uid: idx('heidi') }] as const;
  const refused = await stage.activities().acceptApplicants({ ref, semester: stage.semester, calendar, users: forged });
  expect(refused.facts).toEqual({ accepted: 0, already: 0, gone: 1 });
  expect(await stage.services.idServer.members()).toEqual(['erin', 'prof']);
  const again = await stage.activities().acceptApplicants({ ref, semester: stage.semester, calendar, users: first });
  expect(again.facts).toEqual({ accepted: 0, already: 1, gone: 0 });

  expect(await stage.due()).toEqual(['grant-docker erin', 'mail-accepted erin']);
  await stage.activities().recordGrants({ semester: stage.semester.name, users: ['erin'] });
  expect((await stage.mail(await stage.poll())).facts).toMatchObject({ sent: 1, gone: 0 });
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);

  stage.now = new Date(stage.now.getTime() + HOUR);
  const nudges = await stage.poll();
  expect(nudges.map(({ kind, user }) => [kind, user])).toEqual([
    ['mail-missing-request', 'frank'],
    ['mail-missing-survey', 'xavier'],
    ['mail-missing-survey', 'heidi'],
  ]);
  expect((await stage.mail(nudges)).facts).toMatchObject({ sent: 3 });
  expect((await stage.mail(nudges)).facts).toMatchObject({ sent: 0, already: 3, gone: 0 });

  // Sends one more nudge three days later, at 22:00 in Seoul only from the next morning on, and none after that.
  stage.now = new Date('2027-03-06T13:30:00Z');
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  stage.now = new Date('2027-03-06T23:00:00Z');
  const second = await stage.poll();
  expect(second.map(({ kind, user, edition }) => `${kind} ${user} ${edition}`)).toEqual([
    'mail-missing-request frank 2',
    'mail-missing-survey xavier 2',
    'mail-missing-survey heidi 2',
  ]);
  expect((await stage.mail(second)).facts).toMatchObject({ sent: 3 });
  stage.now = new Date(stage.now.getTime() + 1000 * HOUR);
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  expect(await stage.received()).toEqual([
    ...Array<unknown>(2).fill(expect.stringMatching(/frank@.*ask to join the group$/)),
    ...Array<unknown>(2).fill(expect.stringMatching(/heidi@.*fill in the survey$/)),
    ...Array<unknown>(2).fill(expect.stringMatching(/xavier@.*fill in the survey$/)),
    expect.stringMatching(/erin@.*계정이 준비되었습니다$/),
  ]);
  expect(await stage.services.idServer.pending()).toEqual(['heidi', 'walter', 'xavier']);
});

it('mails exactly once when the worker dies between accepting and mailing, and when the connection of a mail is cut', async () => {
  await stage.answer('olivia');
  await stage.services.idServer.requestJoin('olivia');
  await stage.activities().acceptApplicants({ ref, semester: stage.semester, calendar, users: await stage.poll() });
  // The worker dies here. The next poll of another worker finds the mail that is due.
  const owed = await stage.poll();
  expect(owed.map(({ kind }) => kind)).toEqual(['mail-accepted']);
  stage.services.smtp.failNext({ kind: 'cut' });
  expect((await stage.mail(owed)).facts).toMatchObject({ sent: 0, unknown: 1 });
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  expect(await stage.received()).toHaveLength(1);
});

it('retries after the mail server defers a mail, and sends no nudge to an applicant who completed meanwhile', async () => {
  await stage.answer('peggy');
  await stage.answer('grace');
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  stage.now = new Date(stage.now.getTime() + HOUR);
  const nudges = await stage.poll();
  await stage.services.idServer.requestJoin('grace');
  stage.services.smtp.failNext({ kind: 'greylist' });
  await expect(stage.mail(nudges)).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  expect((await stage.mail(nudges)).facts).toMatchObject({ sent: 1, gone: 1 });
  expect(await stage.due()).toEqual(['accept grace']);
});

it('covers every applicant: no address, problems, near misses, exempt people', async () => {
  await stage.services.idServer.requestJoin('rupert');
  await stage.answer('prof');
  await stage.answer('ivan', { terms: false });
  await stage.survey.add({
    user: 'judi',
    studentNumber: numberOf('judy'),
    email: 'judy@survey.kr',
    docker: false,
    terms: true,
  });
  await stage.services.idServer.requestJoin('judy');
  await expect(
    stage.activities().mailApplicants({ ref, semester: stage.semester, calendar, mails: [] }),
  ).resolves.toMatchObject({
    facts: { sent: 0 },
  });
  stage.now = new Date(stage.now.getTime() + HOUR);
  const actions = await stage.poll();
  expect(actions.map(({ kind, user }) => `${kind} ${user}`).toSorted()).toEqual([
    'mail-accepted prof',
    'mail-missing-request judi',
    'mail-missing-survey judy',
    'mail-missing-survey rupert',
    'mail-problems ivan',
  ]);
  expect((await stage.mail(actions)).facts).toMatchObject({ sent: 4, noAddress: 1 });
  expect(await stage.records().overview.get()).toMatchObject({
    counts: { member: 1, problems: 1, 'missing-request': 1, 'missing-survey': 2, baseline: 4 },
    nearMisses: [{ user: 'judi', account: 'judy', uid: idx('judy') }],
  });
  await stage.answer('ivan');
  await stage.services.idServer.requestJoin('ivan');
  expect(await stage.due()).toEqual(['accept ivan']);
});

it('mails an applicant as soon as an address exists, and counts no nudge before', async () => {
  await stage.services.idServer.requestJoin('nari');
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  stage.now = new Date(stage.now.getTime() + HOUR);
  const first = await stage.poll();
  expect((await stage.mail(first)).facts).toMatchObject({ sent: 0, noAddress: 1 });
  stage.now = new Date(stage.now.getTime() + 240 * HOUR);
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  const line = async () => {
    const { lines } = await stage.activities().listApplicants({ semester: stage.semester.name, page: 0 });
    return lines.find(({ user }) => user === 'nari');
  };
  expect(await line()).toMatchObject({ nudges: 0, notes: ['no address'] });

  const client = new pg.Client({ connectionString: stage.services.idServer.adminUrl });
  await client.connect();
  const verified = `insert into email_addresses (owner_idx, address_local, address_domain) values ($1, 'nari', 'snu.ac.kr')`;
  await client.query(verified, [idx('nari')]);
  await client.end();
  const again = await stage.poll();
  expect(again).toEqual(first);
  expect((await stage.mail(again)).facts).toMatchObject({ sent: 1, noAddress: 0 });
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  expect(await line()).toMatchObject({ nudges: 1, notes: [] });
  expect(await stage.received()).toEqual([expect.stringMatching(/nari@snu\.ac\.kr/)]);
});

it('fails with Unreachable while the ID server is down, and accepts afterwards', async () => {
  await stage.answer('uma');
  await stage.services.idServer.requestJoin('uma');
  await stage.services.idServer.stop();
  await expect(stage.poll()).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  await stage.services.idServer.restart();
  expect(await stage.due()).toEqual(['accept uma']);
});

it('a member whose account the hosts do not know yet is told that it is ready when they know it', async () => {
  await stage.services.idServer.requestJoin('dave');
  await stage.answer('dave');
  const [accept] = await stage.poll();
  await stage.activities().acceptApplicants({ ref, semester: stage.semester, calendar, users: [accept!] });
  const list = async () => (await stage.activities().listApplicants({ semester: stage.semester.name, page: 0 })).lines;
  const stale = [{ kind: 'mail-accepted' as const, user: 'dave', uid: idx('dave'), edition: 1 }];

  stage.unknown.add('dave');
  await expect(stage.poll()).rejects.toMatchObject({
    ...NOTHING,
    message: expect.stringContaining('1 accepted account waits until these hosts know it: asahi, bernini'),
  });
  expect((await stage.mail(stale)).facts).toMatchObject({ sent: 0, gone: 1 });
  expect((await list()).find(({ user }) => user === 'dave')?.notes).toContain(
    'not known yet on asahi, bernini: the mail waits',
  );

  stage.unknown.clear();
  expect(await stage.due()).toEqual(['mail-accepted dave']);
  expect((await stage.mail(stale)).facts).toMatchObject({ sent: 1 });
  expect((await list()).find(({ user }) => user === 'dave')?.notes).toEqual([]);
});
