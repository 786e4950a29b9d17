import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryAgain } from '../../../activities/failures.ts';
import { createHomepageActivities } from '../../../activities/homepage/activities.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { createSurveys } from '../../../activities/survey/source.ts';
import { calendar, fleetOf, opens, semesterOf, siteAt } from './publishing.ts';
import { holdsContract } from '../../support/contract.ts';

let store: Store;
beforeAll(async () => {
  store = await temporaryStore();
}, 60_000);
afterAll(() => store.close());

const clock = () => new Date('2027-03-01T23:59:30Z');
const planned = (specs: Readonly<Record<string, string | Error>>) =>
  holdsContract(
    createHomepageActivities({
      site: async () => ({
        ...siteAt('/nowhere'),
        language: 'en',
      }),
      surveys: createSurveys({
        secrets: {},
        store,
        clock,
      }),
      store,
      remote: fleetOf(specs),
      clock,
      open: opens(),
    }),
  ).planPublish({ semester: semesterOf(1), calendar, formUrl: 'https://forms.example.org/apply' });

describe('the servers that the post lists', () => {
  const asIs = 'memory=263000000\ncores=32\ncpu=Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz\n';

  it("are compared with the hosts' facts, and silent hosts are named", async () => {
    const specs = {
      asahi: `${'gpu=NVIDIA GeForce RTX 3090 Ti\n'.repeat(3)}${asIs}`,
      bernini: `${'gpu=NVIDIA GeForce RTX 3090\n'.repeat(4)}memory=131000000\ncores=32\ncpu=AMD EPYC 7402P\n`,
      cojito: tryAgain('Unreachable', 'cojito: no route to host'),
    };
    expect((await planned(specs)).warnings).toEqual([
      'asahi: site.yaml says gpu RTX 3090, the host says NVIDIA GeForce RTX 3090 Ti: correct hosts in site.yaml',
      'asahi: site.yaml says gpuCount 4, the host says 3: correct hosts in site.yaml',
      'bernini: site.yaml says memory 256 GB, the host says 125 GiB: correct hosts in site.yaml',
      'bernini: site.yaml says cpu Xeon Gold 5218, the host says AMD EPYC 7402P: correct hosts in site.yaml',
      'cojito does not answer: its specification in the post was not checked',
    ]);
  });

  it('do not change the plan: the post stays the same when a host is back', async () => {
    const silent = { cojito: tryAgain('Unreachable', 'cojito: no route to host') };
    const { digest } = await planned(silent);
    expect((await planned({})).digest).toBe(digest);
  });
});
