import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createApplicationActivities } from '../../activities/applications.ts';
import { recordsOf } from '../../activities/applications/records.ts';
import { createIdServer } from '../../activities/id-server/client.ts';
import type { IdServer } from '../../activities/id-server/types.ts';
import { createDirectory } from '../../activities/id-server/directory.ts';
import { createMailTransport } from '../../activities/mail/transport.ts';
import { openStore } from '../../activities/store/open.ts';
import type { Store } from '../../activities/store/store.ts';
import type { ApplicationAction, StepRef } from '../../activities/types.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { PEOPLE } from '../../lab/people.ts';
import {
  startServices,
  SURVEY_COLUMNS,
  SURVEY_YES,
  type LabServices,
  type LabSurvey,
} from '../../lab/services/index.ts';
import { createSurvey } from '../../lab/services/survey.ts';
import { calendar as dates, semesterOf, siteAt } from './publishing.ts';

const HOUR = 3_600_000;
const ref: StepRef = { workflow: 'applications/2027-spring', step: 'mail-applicants', round: 1, byHand: false };
const calendar: Calendar = { ...dates, graceMs: HOUR };
// After the lock-out: the professor is in, and walter's request of last term was never answered.
const people = PEOPLE.map((person) => ({
  ...person,
  member: person.user === 'prof',
  pending: person.user === 'walter',
}));
const idx = (user: string) => people.find((person) => person.user === user)?.idx;

let dir: string;
let services: LabServices;
let store: Store;
let idServer: IdServer;
/** Each test has a semester and a survey of its own; what it finds in the group is its baseline. */
let tests = 0;
let semester: Semester;
let survey: LabSurvey;
let now: Date;
let mailsBefore: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'applications-'));
  await chmod(dir, 0o711);
  services = await startServices({ dir: join(dir, 'services'), people, address: '127.88.0.1' });
  store = await openStore({ dir: 'memory://' });
  idServer = createIdServer({ site, password: services.idServer.password });
});
afterAll(async () => {
  await store.close();
  await services.stop();
  await rm(dir, { recursive: true });
});
beforeEach(async () => {
  semester = { ...semesterOf(++tests), keep: [], formUrl: 'https://forms.example.org/apply' };
  survey = await createSurvey(await mkdtemp(join(dir, 'survey-')));
  now = new Date('2027-03-03T00:00:00Z');
  mailsBefore = (await services.smtp.mails()).length;
  await activities().recordBaseline({ semester });
});

async function site(): Promise<Site> {
  const { url, username, group } = services.idServer;
  const { host, port } = services.smtp;
  return {
    ...siteAt(dir),
    protected: ['root', 'bacchus'],
    keep: [{ user: 'prof', reason: 'professor' }],
    idServer: { url, username, group, joinUrl: 'https://id.example.org' },
    addresses: { source: 'postgres' },
    survey: { csv: survey.file, columns: SURVEY_COLUMNS, yes: SURVEY_YES },
    mail: { host, port, secure: false, from: 'gpu@example.org', messagesPerMinute: 60_000 },
  };
}

/** Made anew for each call, as after a crash: nothing is remembered in memory. */
const activities = () =>
  createApplicationActivities({
    site,
    store,
    idServer,
    directory: createDirectory({ site, databaseUrl: services.idServer.databaseUrl }),
    transport: createMailTransport(),
    clock: () => now,
  });

const poll = async () => (await activities().pollApplications({ semester, calendar })).actions;
const due = async () => (await poll()).map(({ kind, user }) => `${kind} ${user}`);
const nothing = { type: 'NothingNew' };
const mail = (mails: readonly ApplicationAction[]) =>
  activities().mailApplicants({ ref, semester, calendar, mails: mails.filter(({ kind }) => kind.startsWith('mail-')) });
const answer = (user: string, more: { docker?: boolean; terms?: boolean; email?: string } = {}) =>
  survey.add({ user, studentNumber: '', email: `${user}@survey.kr`, docker: false, terms: true, ...more });
const received = async () =>
  (await services.smtp.mails())
    .slice(mailsBefore)
    .map(({ to, subject }) => `${[to].flat()[0]?.text}: ${subject}`)
    .toSorted();

it('takes three applicants from the two halves to the account, and then is silent', async () => {
  expect(await activities().recordBaseline({ semester })).toMatchObject({ facts: { pending: 1 } });
  await services.idServer.requestJoin('xavier');
  expect(await activities().recordBaseline({ semester })).toMatchObject({ facts: { pending: 1 } });
  expect(await recordsOf(store, semester.name).baseline.get()).toMatchObject({ uids: [idx('walter')] });

  await answer('Erin ', { docker: true });
  await services.idServer.requestJoin('erin');
  await answer('frank');
  await services.idServer.requestJoin('heidi');
  const first = await poll();
  expect(first).toEqual([{ kind: 'accept', user: 'erin', uid: idx('erin') }]);

  const accepted = await activities().acceptApplicants({ ref, users: first });
  expect(accepted.facts).toEqual({ accepted: 1, already: 0, gone: 0 });
  expect(await services.idServer.members()).toEqual(['erin', 'prof']);
  const again = await activities().acceptApplicants({ ref, users: first });
  expect(again.facts).toEqual({ accepted: 0, already: 1, gone: 0 });

  expect(await due()).toEqual(['grant-docker erin', 'mail-accepted erin']);
  await activities().recordGrants({ semester: semester.name, users: ['erin'] });
  expect((await mail(await poll())).facts).toMatchObject({ sent: 1, gone: 0 });
  await expect(poll()).rejects.toMatchObject(nothing);

  now = new Date(now.getTime() + HOUR);
  const nudges = await poll();
  expect(nudges.map(({ kind, user }) => [kind, user])).toEqual([
    ['mail-missing-request', 'frank'],
    ['mail-missing-survey', 'xavier'],
    ['mail-missing-survey', 'heidi'],
  ]);
  expect((await mail(nudges)).facts).toMatchObject({ sent: 3 });
  expect((await mail(nudges)).facts).toMatchObject({ sent: 0, already: 3, gone: 0 });

  now = new Date(now.getTime() + 1000 * HOUR);
  await expect(poll()).rejects.toMatchObject(nothing);
  expect(await received()).toEqual([
    expect.stringMatching(/frank@.*ask to join the group$/),
    expect.stringMatching(/heidi@.*fill in the survey$/),
    expect.stringMatching(/xavier@.*fill in the survey$/),
    expect.stringMatching(/erin@.*계정이 준비되었습니다$/),
  ]);
  expect(await services.idServer.pending()).toEqual(['heidi', 'walter', 'xavier']);
});

it('mails exactly once when it dies between accepting and mailing, and when a mail is cut off', async () => {
  await answer('olivia');
  await services.idServer.requestJoin('olivia');
  await activities().acceptApplicants({ ref, users: await poll() });
  // The worker dies here; the next poll of another one finds the mail that is owed.
  const owed = await poll();
  expect(owed.map(({ kind }) => kind)).toEqual(['mail-accepted']);
  services.smtp.failNext({ kind: 'cut' });
  expect((await mail(owed)).facts).toMatchObject({ sent: 0, unknown: 1 });
  await expect(poll()).rejects.toMatchObject(nothing);
  expect(await received()).toHaveLength(1);
});

it('goes on after the mail server put a mail off, and does not urge who completed it meanwhile', async () => {
  await answer('peggy');
  await answer('grace');
  await expect(poll()).rejects.toMatchObject(nothing);
  now = new Date(now.getTime() + HOUR);
  const nudges = await poll();
  await services.idServer.requestJoin('grace');
  services.smtp.failNext({ kind: 'greylist' });
  await expect(mail(nudges)).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  expect((await mail(nudges)).facts).toMatchObject({ sent: 1, gone: 1 });
  expect(await due()).toEqual(['accept grace']);
});

it('leaves out nobody silently: no address, problems, near misses, kept people', async () => {
  await services.idServer.requestJoin('rupert');
  await answer('prof');
  await answer('ivan', { terms: false });
  await survey.add({
    user: 'judi',
    studentNumber: people.find(({ user }) => user === 'judy')?.studentNumber ?? '',
    email: 'judy@survey.kr',
    docker: false,
    terms: true,
  });
  await services.idServer.requestJoin('judy');
  await expect(activities().mailApplicants({ ref, semester, calendar, mails: [] })).resolves.toMatchObject({
    facts: { sent: 0 },
  });
  now = new Date(now.getTime() + HOUR);
  const actions = await poll();
  expect(actions.map(({ kind, user }) => `${kind} ${user}`).toSorted()).toEqual([
    'mail-accepted prof',
    'mail-missing-request judi',
    'mail-missing-survey judy',
    'mail-missing-survey rupert',
    'mail-problems ivan',
  ]);
  expect((await mail(actions)).facts).toMatchObject({ sent: 4, noAddress: 1 });
  expect(await recordsOf(store, semester.name).overview.get()).toMatchObject({
    counts: { member: 1, problems: 1, 'missing-request': 1, 'missing-survey': 2, baseline: 4 },
    nearMisses: [{ user: 'judi', account: 'judy', uid: idx('judy') }],
  });
  await answer('ivan');
  await services.idServer.requestJoin('ivan');
  expect(await due()).toEqual(['accept ivan']);
});

it('says that it cannot look while the ID server is down, and goes on afterwards', async () => {
  await answer('uma');
  await services.idServer.requestJoin('uma');
  await services.idServer.stop();
  await expect(poll()).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  await services.idServer.restart();
  expect(await due()).toEqual(['accept uma']);
});
