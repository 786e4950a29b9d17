import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApplicationActivities } from '../../../activities/applications/activities.ts';
import { applicantPage } from '../../../activities/applications/lines.ts';
import { readApplicants } from '../../../activities/applications/read-applicants.ts';
import type { IdServer, Member } from '../../../activities/id-server/types.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { createSurveys } from '../../../activities/survey/source.ts';
import type { Calendar, Semester } from '../../../domain/semester.ts';
import type { Site } from '../../../domain/site.ts';
import { semesterOf, siteAt } from '../homepage/publishing.ts';
import { holdsContract } from '../../support/contract.ts';

const MEMBERS = 10_000;
const APPLICANTS = 2_000;

let dir: string;
let store: Store;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'many-'));
  store = await temporaryStore();
});
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

const rows = (prefix: string, count: number, first: number): Member[] =>
  Array.from({ length: count }, (_, n) => ({
    uid: first + n,
    username: `${prefix}${n}`,
    name: `이름 ${n}`,
    studentNumbers: [`${prefix}-${n}`],
  }));

it('handles 2,000 applicants beside 10,000 members one page at a time', async () => {
  const members = rows('m', MEMBERS, 1);
  let pending = rows('a', APPLICANTS, 100_000);
  const idServer = {
    members: async () => members,
    pending: async () => pending,
    accept: async (uids: readonly number[]) => {
      members.push(...pending.filter(({ uid }) => uids.includes(uid)));
      pending = pending.filter(({ uid }) => !uids.includes(uid));
      return { members: uids, missing: [] };
    },
  } as unknown as IdServer;
  const csv = join(dir, 'survey.csv');
  const answers = pending.map(({ username }, n) => `${username},a-${n},a${n}@example.org,아니요,예`);
  await writeFile(csv, ['계정,학번,이메일,Docker,약관', ...answers].join('\n'));
  const base = siteAt(dir);
  const site = async (): Promise<Site> => ({
    ...base,
    protected: [],
    keep: [],
    banned: [],
    applications: {
      mode: 'auto',
      reviewAt: '10:00',
      quiet: {
        from: '00:00',
        until: '00:00',
      },
      rules: [],
    },
    survey: {
      ...base.survey,
      source: 'csv',
      csv,
    },
  });
  const clock = () => new Date('2027-03-03T00:00:00Z');
  const unused = undefined as never;
  const surveys = createSurveys({ secrets: {}, store, clock });
  const deps = { site, store, idServer, clock, surveys, directory: unused };
  const acts = holdsContract(
    createApplicationActivities({
      ...deps,
      accounts: { missing: async () => new Map() },
      transport: unused,
      client: unused,
    }),
  );
  const semester: Semester = { ...semesterOf(1), keep: [] };
  const calendar = { graceMs: 0, nudgesMs: [] } as unknown as Calendar;
  const ref = { workflow: 'w', step: 's', round: 1, byHand: false };

  let page = 0;
  let sizes = 0;
  for (let at = 0; at < 3; at++) {
    const { actions } = await acts.pollApplications({ semester, calendar, askedAt: null });
    sizes = Math.max(sizes, JSON.stringify(actions).length);
    const accept = actions.filter(({ kind }) => kind === 'accept');
    await acts.acceptApplicants({ ref, semester, calendar, users: accept });
    page += accept.length;
  }
  expect(page).toBe(150);
  // The history grows by a few KB for each page, independent of the lists’ length.
  expect(sizes).toBeLessThan(8 * 1024);

  const seen = await readApplicants(deps, semester, { record: false });
  const { pages } = applicantPage(seen, 0);
  const all = Array.from({ length: pages }, (_, n) => applicantPage(seen, n));
  expect(all.flatMap(({ lines }) => lines)).toHaveLength(APPLICANTS);
  for (const part of all) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(256 * 1024);
});
