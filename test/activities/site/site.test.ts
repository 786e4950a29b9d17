import { readFile, writeFile } from 'node:fs/promises';
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { createSiteActivities, siteFrom } from '../../../activities/site/activities.ts';
import { loadSemester, loadSite } from '../../../config/load.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { Plan } from '../../../domain/plan.ts';
import type { Site } from '../../../domain/site.ts';
import { SEMESTER_EXAMPLE, SITE_EXAMPLE, changedExample, fileOf } from '../../config/files.ts';
import { holdsContract } from '../../support/contract.ts';

const example = await loadSite(SITE_EXAMPLE);
const semester = await loadSemester(SEMESTER_EXAMPLE);

function activities({
  site = async () => example,
  plans = [],
}: {
  site?: () => Promise<Site>;
  plans?: readonly Plan[];
} = {}) {
  const byDigest = new Map(plans.map((plan) => [digestOf(plan.binding), plan]));
  const store = { showPlan: async (digest: string) => byDigest.get(digest) as Plan };
  return holdsContract(createSiteActivities({ site, store }));
}

const failure = async (act: Promise<unknown>) =>
  act.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => {
      if (!(error instanceof ApplicationFailure)) throw error;
      return { type: error.type, retries: !error.nonRetryable, message: error.message };
    },
  );

test('readSite returns the fields that workflows may use', async () => {
  const view = await activities().readSite({ site: 'bacchus' });
  expect(view).toEqual({
    replica: null,
    digest: digestOf(example),
    name: 'bacchus',
    approvers: ['kim', 'lee', 'park'],
    quorum: {
      notice: 1,
      removal: 1,
      wipe: 2,
      prune: 1,
      rollout: 1,
      publish: 1,
      applications: 1,
      restore: 1,
      'restore-docker': 1,
      exclude: 1,
      rollback: 1,
    },
    zone: 'Asia/Seoul',
    language: 'ko',
    remindEveryMs: 86_400_000,
    signed: true,
    webhook: false,
    storage: 'oloroso',
    hosts: ['asahi', 'bernini', 'cojito', 'derby', 'eggnog', 'faust'],
    excluded: [],
    leader: 'asahi',
    leaderBy: 'command',
    rollout: { failureBudget: 1, parallel: 6, waves: [1, '50%', '100%'] },
    between: { waitForJobsMs: 12 * 3600_000 },
  });
  expect(JSON.stringify(view)).not.toMatch(/snucse|csehome|example\.org/);
});

test('a worker of another site refuses', async () => {
  expect(await failure(activities().readSite({ site: 'lab' }))).toMatchObject({
    type: 'WrongSite',
    retries: false,
    message: expect.stringMatching(/serves the site bacchus, not lab/),
  });
});

test('every activity refuses a broken file with its line', async () => {
  const file = await fileOf('site.yaml', await changedExample(SITE_EXAMPLE, ['Asia/Seoul', 'Asia/Seuol']));
  const refused = { type: 'ConfigInvalid', retries: false, message: expect.stringMatching(/:\d+:7 {2}zone {2}found/) };
  expect(await failure(siteFrom(file)())).toMatchObject(refused);
  expect(await failure(activities({ site: siteFrom(file) }).readSite({ site: 'bacchus' }))).toMatchObject(refused);
  expect(await failure(activities({ site: () => loadSite(file) }).readCalendar({ semester }))).toMatchObject(refused);
});

test('a change of the file takes effect at the next call, and so does its reversal', async () => {
  const text = await readFile(SITE_EXAMPLE, 'utf8');
  const file = await fileOf('site.yaml', text);
  const site = siteFrom(file);
  expect((await site()).language).toBe('ko');
  await writeFile(file, text.replace('language: ko', 'language: en'));
  expect((await site()).language).toBe('en');
  await writeFile(file, text.replace('language: ko', 'language: kr'));
  expect(await failure(site())).toMatchObject({ type: 'ConfigInvalid' });
  await writeFile(file, text);
  expect((await site()).language).toBe('ko');
});

test('readCalendar computes in the zone of the site, whatever has passed', async () => {
  const calendar = await activities().readCalendar({ semester });
  expect([calendar.notices, calendar.deadline]).toEqual([['2027-02-03T14:59:59Z'], '2027-02-10T14:59:59Z']);
});

test('readCalendar refuses a calendar that a reschedule has broken', async () => {
  const broken = { ...semester, deadline: '2027-08-20' };
  expect(await failure(activities().readCalendar({ semester: broken }))).toMatchObject({
    type: 'ConfigInvalid',
    retries: false,
    message: expect.stringContaining('period.until  found "2027-08-10", expected a date after the deadline'),
  });
});

test('diffPlans compares two stored bindings', async () => {
  const plan = (members: readonly string[]): Plan => ({ gate: 'removal', binding: { members }, observed: null });
  const [before, after] = [plan(['bob', 'mallory']), plan(['bob', 'eve'])];
  const diff = await activities({ plans: [before, after] }).diffPlans({
    before: digestOf(before.binding),
    after: digestOf(after.binding),
  });
  expect(diff).toEqual({ lines: ['+ eve', '- mallory'], total: 2 });
});

test.each([
  ['a small plan', ['bob'], 1, 'x'],
  ['Korean names over several pages', Array.from({ length: 60_000 }, (_, index) => `가나다${index}`), 4, 'x'],
  ['many observations', ['bob'], 3, 'x'.repeat(260 * 1024)],
])('readPlanPage: the pages of %s give the digest again', async (_, names, pages, observed) => {
  const plan: Plan = { gate: 'wipe', binding: { names }, observed };
  const digest = digestOf(plan.binding);
  const read = (page: number) => activities({ plans: [plan] }).readPlanPage({ digest, page });
  const all = await Promise.all(Array.from({ length: pages }, (__, page) => read(page)));
  expect(all.every((page) => page.pages === pages && Buffer.byteLength(page.binding) <= 256 * 1024)).toBe(true);
  expect(digestOf(JSON.parse(all.map((page) => page.binding).join('')))).toBe(digest);
  expect(all.every((page) => Buffer.byteLength(page.observed ?? '') <= 256 * 1024)).toBe(true);
  expect(all.map((page) => page.observed ?? '').join('')).toBe(JSON.stringify(observed));
  expect(await failure(read(pages))).toMatchObject({ retries: false });
});
