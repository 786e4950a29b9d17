import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHomepageActivities } from '../../../activities/homepage/activities.ts';
import { awaitPage } from '../../../activities/homepage/page.ts';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { createSurveys } from '../../../activities/survey/source.ts';
import type { Site } from '../../../domain/site.ts';
import { execa } from 'execa';
import { createGit } from '../../../lab/services/git.ts';
import { startHomepage } from '../../../lab/services/homepage.ts';
import type { LabGit, LabHomepage } from '../../../lab/services/types.ts';
import { calendar, fleetOf, semesterOf, siteAt } from './publishing.ts';
import type { StepRef } from '../../../domain/step.ts';
import { holdsContract } from '../../support/contract.ts';

const ref: StepRef = { workflow: 'semester/2027-spring', step: 'page', round: 1, byHand: false };
const formUrl = 'https://forms.example.org/apply?semester=2027&kind=gpu';

let dir: string;
let store: Store;
let git: LabGit;
let homepage: LabHomepage;
let site: Site;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'page-'));
  await chmod(dir, 0o711);
  store = await temporaryStore();
  git = await createGit(dir);
  homepage = await startHomepage({ dir, bare: git.bare, address: '127.0.0.1' });
  const { url } = homepage;
  site = { ...siteAt(dir), homepage: { ...siteAt(dir).homepage, repository: git.url, url, wait: 'PT1M' } };
});
afterAll(async () => {
  await homepage?.end();
  await store?.close();
  await rm(dir, { recursive: true, force: true });
});

const deps = () => ({
  site: async () => site,
  surveys: createSurveys({ secrets: {}, store, clock: () => new Date() }),
  store,
  remote: fleetOf(),
  clock: () => new Date(),
});
const waiting = (wait: string) =>
  awaitPage({ ...deps(), site: async () => ({ ...site, homepage: { ...site.homepage, wait } }) }, 100);

describe('the post, built by Jekyll', () => {
  const semester = semesterOf(1);
  let plan: string;
  let url: string;

  it('is polled until the page shows it', async () => {
    ({ digest: plan } = await holdsContract(createHomepageActivities(deps())).planPublish({
      semester,
      calendar,
      formUrl,
    }));
    await expect(waiting('PT1S')({ ref, plan })).rejects.toMatchObject({
      type: 'VerificationFailed',
      nonRetryable: true,
      message: expect.stringMatching(/gpu\.html answers 404.*homepage\.permalink/),
    });
    await holdsContract(createHomepageActivities(deps())).publishPost({ ref, plan });
    const proof = await waiting('PT1M')({ ref, plan });
    url = proof.facts.url;
    expect(proof.summary).toBe(`${url} shows the post`);
    expect(await homepage.posts()).toContain(new URL(url).pathname);
  });

  it('renders list, links and code', async () => {
    const html = await (await fetch(url)).text();
    expect(html).toMatch(/<li>RTX 3090 4개 \([^)]+\)\s*<ul>\s*<li>asahi<\/li>\s*<li>bernini<\/li>/);
    expect(html).toContain(`<a href="${formUrl.replace('&', '&amp;')}">설문 작성하기</a>`);
    expect(html).toMatch(/<code>.*sudo.*add-me-to-docker-user/s);
    expect(html).toContain('2027년 봄학기 "GPU 서버" 계정 신청 안내');
  });

  it('differs from an older post at the same address', async () => {
    const { digest } = await holdsContract(createHomepageActivities(deps())).planPublish({
      semester,
      calendar,
      formUrl: `${formUrl}&new`,
    });
    await expect(waiting('PT0S')({ ref, plan: digest })).rejects.toMatchObject({
      message: expect.stringContaining(`does not show “${formUrl}&new”`),
    });
    expect(await waiting('PT0S')({ ref: { ...ref, byHand: true }, plan: digest })).toMatchObject({
      how: 'by-hand',
      summary: expect.stringContaining('a person wrote its text'),
    });
  });

  it('does not appear if its date is in the future or the site does not build', async () => {
    const checkout = await git.checkout();
    const push = async (file: string, text: string) => {
      await writeFile(join(checkout, file), text);
      const as = ['-c', 'user.name=S', '-c', 'user.email=s@example.org'];
      await execa('git', ['add', '.'], { cwd: checkout });
      await execa('git', [...as, 'commit', '-qm', file], { cwd: checkout });
      await execa('git', ['push', '-q', 'origin', 'HEAD:main'], { cwd: checkout });
    };
    await push('_posts/2199-01-01-later.md', '---\ntitle: later\ndate: 2199-01-01 09:00:00 +0900\n---\nlater\n');
    await push('_layouts/default.html', '{% if %}');
    await expect.poll(() => readFile(join(dir, 'jekyll.log'), 'utf8'), { timeout: 60_000 }).toMatch(/Liquid Exception/);
    expect((await homepage.posts()).filter((path) => path.includes('later'))).toEqual([]);
    expect((await fetch(url)).status).toBe(200);
  });
});
