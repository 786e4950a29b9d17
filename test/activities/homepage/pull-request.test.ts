import { publishGate } from '../../../domain/gates/publish.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHomepageActivities } from '../../../activities/homepage/activities.ts';
import { githubRights, openGitHub } from '../../../activities/homepage/github.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { createSurveys } from '../../../activities/survey/source.ts';
import type { Site } from '../../../domain/site.ts';
import { calendar, fleetOf, opens, semesterOf, siteAt } from './publishing.ts';
import { startGitHub, type GitHubServer } from './github-server.ts';
import type { StepRef } from '../../../domain/step.ts';
import { holdsContract } from '../../support/contract.ts';

const path = '_posts/2027-03-02-gpu.md';
const ref: StepRef = { workflow: 'semester/2027-spring', step: 'post', round: 1, byHand: false };

let store: Store;
let tests = 0;
let github: GitHubServer;
let branch: string;
beforeAll(async () => {
  store = await temporaryStore();
}, 60_000);
afterAll(() => store.close());
beforeEach(async () => {
  github = await startGitHub();
  branch = `gpu-semester/2027-spring-${++tests}`;
});
afterEach(() => github.stop());

const site = (): Site => {
  const at = siteAt('/nowhere');
  const repository = 'git@github.com:bacchus/site.git';
  return { ...at, homepage: { ...at.homepage, repository, publish: 'pull-request', githubApi: github.url } };
};
const activities = (githubToken: string | undefined = 'github_pat_hunter2') => {
  const clock = () => new Date('2027-03-01T23:59:30Z');
  const surveys = createSurveys({ secrets: {}, store, clock });
  return holdsContract(
    createHomepageActivities({
      site: async () => site(),
      surveys,
      store,
      remote: fleetOf(),
      clock,
      githubToken,
      open: opens(),
    }),
  );
};
const planned = async (formUrl = 'https://forms.example.org/apply') =>
  (await activities().planPublish({ semester: semesterOf(tests), calendar, formUrl })).digest;
const publish = (plan: string, more: Partial<StepRef> = {}, token?: string) =>
  activities(token).publishPost({ ref: { ...ref, ...more }, plan });
const on = (name: string) => github.branches.get(name)?.get(path);

describe('a pull request', () => {
  it('puts exactly the approved bytes on its own branch, and leaves main alone', async () => {
    const plan = await planned();
    const { binding } = await store.getPlan(publishGate, plan);
    const proof = await publish(plan);
    expect(proof).toMatchObject({
      how: 'service',
      summary: 'https://github.com/bacchus/site/pull/1 asks to publish _posts/2027-03-02-gpu.md: merge it',
      facts: { path, pullRequest: 'https://github.com/bacchus/site/pull/1' },
    });
    expect(on(branch)).toBe(binding.content);
    expect(on('main')).toBeUndefined();
    expect(github.commits).toEqual([{ branch, path, message: `Post: ${semesterOf(tests).title}`, author: 'GPU 서버' }]);
  });

  it('is one commit and one request after any number of attempts, also after a crash in between', async () => {
    const plan = await planned();
    github.fail(/^POST .*\/pulls/, 502);
    await expect(publish(plan)).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
    await publish(plan);
    expect(await publish(plan)).toMatchObject({ how: 'found' });
    expect(github.commits).toHaveLength(1);
    expect(github.pulls).toHaveLength(1);
  });

  it('is found published after the merge, and a new one of the same branch updates it', async () => {
    await publish(await planned());
    github.merge(1);
    expect((await publish(await planned())).facts).not.toHaveProperty('pullRequest');
    const proof = await publish(await planned('https://forms.example.org/other'));
    expect(proof.facts).toMatchObject({ path, pullRequest: 'https://github.com/bacchus/site/pull/2' });
    expect(on(branch)).toContain('https://forms.example.org/other');
    expect(github.pulls.map(({ head }) => head)).toEqual([branch, branch]);
  });

  it.each([
    ['main', () => github.branches.get('main')!.set(path, '우리 글이 아닙니다\n')],
    ['its branch', () => github.branches.get(branch)!.set(path, '고친 글입니다\n')],
  ])("never overwrites a person's text on %s, and reports it", async (_, change) => {
    await publish(await planned());
    change();
    const plan = await planned('https://forms.example.org/other');
    await expect(publish(plan)).rejects.toMatchObject({
      type: 'VerificationFailed',
      nonRetryable: true,
      message: expect.stringMatching(/^- .*(우리 글이 아닙니다|고친 글입니다)/m),
    });
    expect(github.commits).toHaveLength(1);
  });

  it('by hand, verifies only the published post', async () => {
    const plan = await planned();
    await expect(publish(plan, { byHand: true })).rejects.toMatchObject({ type: 'VerificationFailed' });
    await publish(plan);
    github.merge(1);
    expect(await publish(plan, { byHand: true })).toMatchObject({ how: 'by-hand' });
  });
});

describe('waiting for the merge', () => {
  const proposed = async () => {
    const plan = await planned();
    return { plan, pullRequest: (await publish(plan)).facts.pullRequest ?? '' };
  };
  const look = (a: { plan: string; pullRequest: string }, byHand = false) =>
    activities().awaitMerge({ ref: { ...ref, step: 'merge', byHand }, ...a });

  it('fails with NothingNew until a person merges, then proves it', async () => {
    const a = await proposed();
    await expect(look(a)).rejects.toMatchObject({ type: 'NothingNew', nonRetryable: false });
    github.merge(1);
    expect(await look(a)).toMatchObject({ what: 'merged', how: 'found', facts: { path } });
  });

  it('ends if the post is on main in another way, in any state of the request', async () => {
    const a = await proposed();
    github.close(1);
    await expect(look(a)).rejects.toMatchObject({
      type: 'VerificationFailed',
      nonRetryable: true,
      message: expect.stringMatching(/pull\/1 is closed.*reopen it/),
    });
    github.branches.get('main')!.set(path, '사람이 쓴 글입니다\n');
    expect(await look(a, true)).toMatchObject({ how: 'by-hand' });
    github.branches.get('main')!.set(path, on(branch)!);
    expect(await look(a)).toMatchObject({ what: 'merged' });
  });

  it('fails with VerificationFailed and shows the text if the merge has another text', async () => {
    const a = await proposed();
    github.branches.get(branch)!.set(path, '합치면서 고친 글입니다\n');
    github.merge(1);
    await expect(look(a)).rejects.toMatchObject({
      type: 'VerificationFailed',
      message: expect.stringContaining('합치면서 고친 글입니다'),
    });
  });

  it('retries while GitHub does not answer', async () => {
    const a = await proposed();
    github.fail(/./, 503);
    await expect(look(a)).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  });
});

describe('a refusal by GitHub', () => {
  it.each([
    [429, { 'retry-after': '60' }, 'Unreachable', 60_000],
    [403, { 'retry-after': '30' }, 'Unreachable', 30_000],
    [503, {}, 'Unreachable', undefined],
    [403, {}, 'ConfigInvalid', undefined],
    [401, {}, 'ConfigInvalid', undefined],
  ] as const)('%i %j fails with %s', async (status, headers, type, nextRetryDelay) => {
    const plan = await planned();
    github.fail(/./, status, headers);
    const failure: unknown = await publish(plan).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type });
    expect((failure as { nextRetryDelay?: number }).nextRetryDelay ?? undefined).toBe(nextRetryDelay);
  });

  it('contains no token', async () => {
    const failure: unknown = await publish(await planned(), {}, 'github_pat_swordfish').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ type: 'ConfigInvalid', message: expect.stringMatching(/SEMESTER_GITHUB_TOKEN/) });
    expect(JSON.stringify([failure, String(failure), (failure as Error).stack])).not.toContain('swordfish');
  });

  it("appears in the doctor's findings beforehand", async () => {
    const open = () => openGitHub(site().homepage, 'github_pat_hunter2');
    expect(await githubRights(open(), 'main')).toEqual({
      repository: 'bacchus/site',
      commit: expect.stringMatching(/^[0-9a-f]{10}$/),
    });
    await expect(githubRights(open(), 'gone')).rejects.toMatchObject({
      message: expect.stringContaining('no branch gone'),
    });
    expect(() => openGitHub(site().homepage, undefined)).toThrow(/SEMESTER_GITHUB_TOKEN/);
  });
});
