import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createApplicationActivities } from '../../../activities/applications/activities.ts';
import { recordsOf } from '../../../activities/applications/records.ts';
import { createIdServer } from '../../../activities/id-server/client.ts';
import { createDirectory } from '../../../activities/id-server/directory.ts';
import type { IdServer } from '../../../activities/id-server/types.ts';
import { createSurveys } from '../../../activities/survey/source.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import type { Calendar, Semester } from '../../../domain/semester.ts';
import type { Site } from '../../../domain/site.ts';
import { PEOPLE } from '../../../lab/people.ts';
import {
  startServices,
  SURVEY_COLUMNS,
  SURVEY_YES,
  type LabServices,
  type LabSurvey,
} from '../../../lab/services/index.ts';
import { createSurvey } from '../../../lab/services/survey.ts';
import { calendar as dates, semesterOf, siteAt } from '../homepage/publishing.ts';
import type { ApplicationAction } from '../../../domain/applications-due.ts';
import type { StepRef } from '../../../domain/step.ts';
import { holdsContract } from '../../support/contract.ts';

export const HOUR = 3_600_000;
export const ref: StepRef = { workflow: 'applications/2027-spring', step: 'mail-applicants', round: 1, byHand: false };
export const calendar: Calendar = { ...dates, graceMs: HOUR, nudgesMs: [72 * HOUR] };
export const NOTHING = { type: 'NothingNew' };

// State after the lock-out: the professor is a member, and walter's request of last term is still pending.
const people = PEOPLE.map((person) => ({
  ...person,
  member: person.user === 'prof',
  pending: person.user === 'walter',
}));
export const idx = (user: string) => people.find((person) => person.user === user)?.idx ?? 0;
export const numberOf = (user: string) => people.find((person) => person.user === user)?.studentNumber ?? '';

/** R7's activities against a real ID server, mail server and database. `beforeEach` gives each test a semester. */
export interface ApplicationsStage {
  readonly services: LabServices;
  readonly store: Store;
  readonly idServer: IdServer;
  readonly survey: LabSurvey;
  readonly semester: Semester;
  now: Date;
  /** Accounts that the hosts have not learned yet. */
  readonly unknown: Set<string>;
  /** The site's rules for decisions. */
  applications: Site['applications'];
  /** Creates new activities for each call, as after a crash: no state stays in memory. */
  activities(): ReturnType<typeof createApplicationActivities>;
  records(): ReturnType<typeof recordsOf>;
  poll(): Promise<readonly ApplicationAction[]>;
  /** The poll's actions as `kind user`. */
  due(): Promise<readonly string[]>;
  mail(
    mails: readonly ApplicationAction[],
  ): ReturnType<ReturnType<typeof createApplicationActivities>['mailApplicants']>;
  answer(
    user: string,
    more?: { docker?: boolean; terms?: boolean; email?: string; studentNumber?: string },
  ): Promise<void>;
  /** This test's mails: recipient and subject. */
  received(): Promise<readonly string[]>;
}

export function applicationsStage(address: string): ApplicationsStage {
  let dir: string;
  let tests = 0;
  let mailsBefore: number;
  const stage = { now: new Date(0) } as { -readonly [K in keyof ApplicationsStage]: ApplicationsStage[K] };
  const site = async (): Promise<Site> => {
    const { url, username, group } = stage.services.idServer;
    const { host, port } = stage.services.smtp;
    return {
      ...siteAt(dir),
      approvers: [{ name: 'bob', email: 'bob@example.org', language: 'ko' }],
      approvals: { signed: false, allowedSigners: '' },
      protected: ['root', 'bacchus'],
      keep: [
        {
          user: 'prof',
          reason: 'professor',
        },
      ],
      applications: stage.applications,
      banned: [
        {
          user: 'victor',
          reason: 'mined coins',
        },
      ],
      idServer: {
        url,
        username,
        group,
        nestedGroups: 'database',
        joinUrl: 'https://id.example.org',
      },
      addresses: { source: 'postgres' },
      survey: {
        source: 'csv',
        editors: [],
        csv: stage.survey.file,
        columns: SURVEY_COLUMNS,
        yes: SURVEY_YES,
      },
      mail: {
        host,
        port,
        secure: false,
        from: 'gpu@example.org',
        messagesPerMinute: 6e4,
      },
    };
  };
  const clock = () => stage.now;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'applications-'));
    await chmod(dir, 0o711);
    stage.services = await startServices({ dir: join(dir, 'services'), people, address });
    stage.store = await temporaryStore(clock);
    stage.idServer = createIdServer({
      site,
      password: stage.services.idServer.password,
      databaseUrl: stage.services.idServer.databaseUrl,
    });
  });
  afterAll(async () => {
    await stage.store.close();
    await stage.services.stop();
    await rm(dir, { recursive: true });
  });
  beforeEach(async () => {
    stage.semester = { ...semesterOf(++tests), keep: [], formUrl: 'https://forms.example.org/apply' };
    stage.survey = await createSurvey(await mkdtemp(join(dir, 'survey-')));
    stage.unknown = new Set();
    stage.now = new Date('2027-03-03T00:00:00Z');
    stage.applications = { mode: 'auto', reviewAt: '10:00', quiet: { from: '22:00', until: '08:00' }, rules: [] };
    mailsBefore = (await stage.services.smtp.mails()).length;
    await stage.activities().recordBaseline({ semester: stage.semester });
  });

  const methods: Partial<ApplicationsStage> = {
    activities: () =>
      holdsContract(
        createApplicationActivities({
          site,
          clock,
          store: stage.store,
          idServer: stage.idServer,
          transport: createMailTransport(),
          accounts: {
            missing: async (users) =>
              new Map(users.flatMap((user) => (stage.unknown.has(user) ? [[user, ['asahi', 'bernini']]] : []))),
          },
          // Only the proposal of the next semester queries Temporal.
          client: undefined as never,
          surveys: createSurveys({
            secrets: {},
            store: stage.store,
            clock,
          }),
          directory: createDirectory({
            site,
            databaseUrl: stage.services.idServer.databaseUrl,
          }),
        }),
      ),
    records: () => recordsOf(stage.store, stage.semester.name),
    poll: async () =>
      (await stage.activities().pollApplications({ semester: stage.semester, calendar, askedAt: null })).actions,
    due: async () => (await stage.poll()).map(({ kind, user }) => `${kind} ${user}`),
    mail: (mails) =>
      stage.activities().mailApplicants({
        ref,
        semester: stage.semester,
        calendar,
        mails: mails.filter(({ kind }) => kind.startsWith('mail-')),
      }),
    answer: (user, more = {}) =>
      stage.survey.add({
        user,
        studentNumber: '',
        email: `${user}@survey.kr`,
        docker: false,
        terms: true,
        ...more,
      }),
    received: async () =>
      (await stage.services.smtp.mails())
        .slice(mailsBefore)
        .map(({ to, subject }) => `${[to].flat()[0]?.text}: ${subject}`)
        .toSorted(),
  };
  return Object.assign(stage, methods);
}
