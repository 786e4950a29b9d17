import { expect, it } from 'vitest';
import type { ApplicantVerdict } from '../../../domain/judgement.ts';
import { applicationsStage, calendar, HOUR, NOTHING, ref } from './stage.ts';

const stage = applicationsStage('127.88.0.5');

const applies = async (user: string, more: { terms?: boolean } = {}) => {
  await stage.answer(user, more);
  await stage.services.idServer.requestJoin(user);
};
const judge = (judgement: Omit<ApplicantVerdict, 'at'> & { at?: string }, signed = false) =>
  stage.activities().judgeApplicants({
    semester: stage.semester,
    workflow: 'applications/x',
    run: 'r',
    signed,
    judgement: {
      at: stage.now.toISOString(),
      ...judgement,
    },
  });
const pollAsked = (askedAt: string | null) =>
  stage.activities().pollApplications({ semester: stage.semester, calendar, askedAt });

it('waits for the day’s list, lists the applicants complete by then, and accepts them after approval', async () => {
  stage.applications = { ...stage.applications, mode: 'review', reviewAt: '10:00' };
  const asked = stage.now.toISOString();
  await applies('olivia');
  await expect(pollAsked(asked)).rejects.toMatchObject(NOTHING);
  // 10:00 in Seoul.
  stage.now = new Date('2027-03-03T01:00:00Z');
  expect(await pollAsked(asked)).toEqual({ actions: [], review: true });
  await expect(pollAsked(null)).rejects.toMatchObject(NOTHING);
  const until = stage.now.toISOString();
  const plan = () => stage.activities().planApplications({ semester: stage.semester, until });
  const first = await plan();
  expect(first).toMatchObject({ total: 1, empty: false, rows: [expect.stringContaining('olivia')] });

  stage.now = new Date(stage.now.getTime() + HOUR);
  await applies('peggy');
  await expect(pollAsked(null)).rejects.toMatchObject(NOTHING);
  expect((await plan()).digest).toBe(first.digest);
  await stage.activities().approveListed({ semester: stage.semester, plan: first.digest, by: ['bob', 'carol'] });
  expect(await stage.due()).toEqual(['accept olivia']);
  await stage.activities().acceptApplicants({ ref, semester: stage.semester, calendar, users: await stage.poll() });
  expect(await stage.services.idServer.members()).toContain('olivia');
  expect((await plan()).empty).toBe(true);
});

it('accepts an approved applicant against the rules, and rejects with one mail for each decision', async () => {
  await applies('quentin', { terms: false });
  await applies('mallory');
  await judge({ verdict: 'approve', users: ['quentin'], by: 'bob', reason: 'signed on paper' });
  await judge({ verdict: 'reject', users: ['mallory'], by: 'bob', reason: 'not a student here' });
  const due = await stage.poll();
  expect(due.map(({ kind, user }) => `${kind} ${user}`)).toEqual([
    'accept quentin',
    'reject mallory',
    'mail-rejected mallory',
  ]);
  const rejected = await stage
    .activities()
    .rejectApplicants({ ref, semester: stage.semester, calendar, users: due.filter(({ kind }) => kind === 'reject') });
  expect(rejected.facts).toEqual({ rejected: 1, gone: 0 });
  expect((await stage.mail(due)).facts).toMatchObject({ sent: 1 });
  expect((await stage.services.smtp.mails()).at(-1)?.text).toContain('not a student here');
  expect(await stage.due()).toEqual(['accept quentin']);
  expect(await stage.services.idServer.pending()).not.toContain('mallory');

  // An applicant without an answer gets the mail too, though the rejection leaves nothing of the application.
  await stage.services.idServer.requestJoin('niaj');
  await judge({ verdict: 'reject', users: ['niaj'], by: 'bob', reason: 'no answer for weeks' });
  const niaj = (await stage.poll()).filter(({ user }) => user === 'niaj');
  await stage
    .activities()
    .rejectApplicants({ ref, semester: stage.semester, calendar, users: niaj.filter(({ kind }) => kind === 'reject') });
  expect((await stage.mail(niaj)).facts).toMatchObject({ sent: 1 });

  const { lines } = await stage.activities().listApplicants({ semester: stage.semester.name, page: 0 });
  expect(lines.find(({ user }) => user === 'mallory')).toMatchObject({
    state: 'rejected',
    notes: ['rejected by bob: not a student here'],
  });
  // A second request stays for people to decide; no poll rejects it.
  stage.now = new Date(stage.now.getTime() + HOUR);
  await stage.services.idServer.requestJoin('mallory');
  expect(await stage.due()).toEqual(['accept quentin']);
});

it('refuses an invalid verdict with the reason, and then records no decision', async () => {
  await applies('rupert');
  await applies('victor');
  const approve = (users: readonly string[], more: Partial<ApplicantVerdict> = {}) =>
    judge({ verdict: 'approve', users, by: 'bob', ...more });
  await expect(approve(['rupert', 'nobody'])).rejects.toThrow(/there is no application by nobody/);
  await expect(approve(['victor'])).rejects.toThrow(/banned/);
  await expect(judge({ verdict: 'reject', users: ['prof'], by: 'bob', reason: 'x' })).rejects.toThrow(/is a member/);
  await expect(judge({ verdict: 'approve', users: ['rupert'], by: 'bob' }, true)).rejects.toThrow(/not signed/);
  expect(await stage.records().decisions.get()).toBeNull();

  const early = stage.now.toISOString();
  stage.now = new Date(stage.now.getTime() + HOUR);
  await judge({ verdict: 'reject', users: ['rupert'], by: 'bob', reason: 'x' });
  await expect(approve(['rupert'], { at: early })).rejects.toThrow(/after this message was sent/);
  // The same message sent again, as after a lost reply, changes nothing.
  await judge({ verdict: 'reject', users: ['rupert'], by: 'bob', reason: 'x' });
  expect(await stage.records().decisions.get()).toMatchObject([{ user: 'rupert', verdict: 'reject', edition: 1 }]);
});

it('reports since when the ID server has been unreachable', async () => {
  await stage.services.idServer.stop();
  const since = stage.now.toISOString();
  await expect(stage.poll()).rejects.toThrow(since);
  stage.now = new Date(stage.now.getTime() + 24 * HOUR);
  await expect(stage.poll()).rejects.toThrow(since);
  await stage.services.idServer.restart();
  await expect(stage.poll()).rejects.toMatchObject(NOTHING);
  expect(await stage.records().outage.get()).toBeNull();
});
