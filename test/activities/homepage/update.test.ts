import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHomepageActivities } from '../../../activities/homepage/activities.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { createSurveys } from '../../../activities/survey/source.ts';
import { calendar, fleetOf, opens, semesterOf, startHomepage, type Homepage } from './publishing.ts';
import type { StepRef } from '../../../domain/step.ts';
import { holdsContract } from '../../support/contract.ts';

const ref: StepRef = { workflow: 'publish/2027-spring', step: 'post', round: 1, byHand: false };
const path = '_posts/2027-03-02-gpu.md';
const clock = () => new Date('2027-03-01T23:59:30Z');
const name = semesterOf(1).name;

let store: Store;
let homepage: Homepage;
beforeAll(async () => {
  store = await temporaryStore();
}, 60_000);
afterAll(() => store.close());
beforeEach(async () => {
  homepage = await startHomepage();
});
afterEach(() => homepage.end());

const activities = (contact = 'help@example.org') => {
  const site = { ...homepage.site, contact };
  const surveys = createSurveys({ secrets: {}, store, clock });
  return holdsContract(
    createHomepageActivities({ site: async () => site, surveys, store, remote: fleetOf(), clock, open: opens() }),
  );
};

describe('an update of a published post', () => {
  it('is refused before the first post', async () => {
    await expect(activities().planUpdate({ name: 'never', semester: null })).rejects.toMatchObject({
      type: 'ProofMissing',
    });
  });

  it('asks about the changes, keeps path and date, and reports when nothing changes', async () => {
    const formUrl = 'https://forms.example.org/apply';
    const first = await activities().planPublish({ semester: semesterOf(1), calendar, formUrl });
    await activities().publishPost({ ref, plan: first.digest });
    expect(await activities().planUpdate({ name, semester: null })).toMatchObject({
      empty: true,
      digest: first.digest,
    });

    const plan = await activities('new@example.org').planUpdate({ name, semester: null });
    expect(plan).toMatchObject({ empty: false, total: 2, headline: expect.stringContaining(path) });
    expect(plan.rows).toEqual([
      expect.stringMatching(/^- post:\d+: .*<help@example\.org>/),
      expect.stringMatching(/^\+ post:\d+: .*<new@example\.org>/),
    ]);
    await activities('new@example.org').publishPost({ ref, plan: plan.digest });
    expect(await homepage.read(path)).toContain('<new@example.org>');
    expect(await homepage.read(path)).toMatch(/^date: 2027-03-02 08:59:00 \+0900$/m);
    expect(await homepage.log()).toHaveLength(3);
  });

  it('takes other dates, and starts from the published ones', async () => {
    const later = {
      ...semesterOf(1),
      deadline: '2027-02-10',
      notices: ['P7D'],
      noticeGateLead: 'P7D',
      minimumNotice: 'P7D',
      period: {
        from: '2027-03-03',
        until: '2027-08-20',
      },
      applications: {
        until: '2027-08-15',
        every: 'PT10M',
        grace: 'PT1H',
        nudges: ['P3D'],
      },
    };
    const plan = await activities('new@example.org').planUpdate({ name, semester: later });
    expect(plan.rows.join('\n')).toContain('8월 20일');
    // After a rejection, the next update starts from the published post.
    expect((await activities('new@example.org').planUpdate({ name, semester: null })).rows.join('\n')).not.toContain(
      '8월 20일',
    );
  });
});
