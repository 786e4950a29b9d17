import { publishGate } from '../../../domain/gates/publish.ts';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import matter from 'gray-matter';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { putExcluded, withoutExcluded } from '../../../activities/site/excluded-hosts.ts';
import { linksOf } from '../../../activities/homepage/links.ts';
import { createHomepageActivities } from '../../../activities/homepage/activities.ts';
import { temporaryStore } from '../../support/store.ts';
import { createSurveys, type Surveys } from '../../../activities/survey/source.ts';
import type { Store } from '../../../activities/store/store.ts';
import type { Semester } from '../../../domain/semester.ts';
import { calendar, fleetOf, onPush, opens, semesterOf, startHomepage, type Homepage } from './publishing.ts';
import type { HomepageActivities } from '../../../activities/homepage/contract.ts';
import type { StepRef } from '../../../domain/step.ts';
import { holdsContract } from '../../support/contract.ts';

const formUrl = 'https://forms.example.org/apply';
const path = '_posts/2027-03-02-gpu.md';
const ref: StepRef = { workflow: 'semester/2027-spring', step: 'publish', round: 1, byHand: false };

let store: Store;
let tests = 0;
let semester: Semester;
let homepage: Homepage;
let now: Date;
let site: Homepage['site'];
let failing: Parameters<typeof opens>[0];
// The embedded database starts slowly on a busy computer.
beforeAll(async () => {
  store = await temporaryStore();
}, 60_000);
afterAll(() => store.close());
beforeEach(async () => {
  semester = semesterOf(++tests);
  homepage = await startHomepage();
  site = homepage.site;
  failing = {};
  now = new Date('2027-03-01T23:59:30Z');
});
afterEach(() => homepage.end());

const activities = (): HomepageActivities =>
  holdsContract(
    createHomepageActivities({
      site: () => Promise.resolve(site),
      surveys,
      store,
      remote: fleetOf(),
      clock: () => now,
      open: opens(failing),
    }),
  );
const surveys: Surveys = (of) => createSurveys({ secrets: {}, store, clock: () => now })(of);
const publish = (plan: string, more: Partial<StepRef> = {}) =>
  activities().publishPost({ ref: { ...ref, ...more }, plan });
const planned = (more: object = {}) => activities().planPublish({ semester, calendar, formUrl, ...more });
const contentOf = async (digest: string) => (await store.getPlan(publishGate, digest)).binding.content;

describe('the plan of the post', () => {
  it('has front matter that Jekyll accepts, dated in Seoul', async () => {
    const plan = await planned();
    const content = await contentOf(plan.digest);
    const { data } = matter(content);
    expect(data).toMatchObject({ layout: 'post', title: semester.title });
    expect(new Date(String(data['date'])).toISOString()).toBe('2027-03-01T23:59:00.000Z');
    expect(content).toMatch(/^date: 2027-03-02 08:59:00 \+0900$/m);
    expect(plan).toMatchObject({ warnings: [], headline: expect.stringContaining(path) });
  });

  it('leaves out an excluded server until it is back', async () => {
    const published = holdsContract(
      createHomepageActivities({
        site: withoutExcluded(() => Promise.resolve(site), store),
        surveys,
        store,
        remote: fleetOf(),
        clock: () => now,
        open: opens(),
      }),
    );
    const post = async () => contentOf((await published.planPublish({ semester, calendar, formUrl })).digest);
    await putExcluded(store, 'bernini', { reason: 'mainboard', by: 'kim', at: now.toISOString() });
    const without = await post();
    await putExcluded(store, 'bernini', null);
    expect(without).toContain('- RTX 3090 4개 (Xeon Gold 5218, 메모리 256 GB)\n  - asahi\n- TITAN');
    expect(without).not.toContain('bernini');
    expect(await post()).toContain('\n  - asahi\n  - bernini\n');
  });

  it('names servers by model, period, both halves, agreement, rules, Docker and contact', async () => {
    const content = await contentOf((await planned()).digest);
    for (const said of [
      '- RTX 3090 4개 (Xeon Gold 5218, 메모리 256 GB)\n  - asahi\n  - bernini\n',
      '- TITAN RTX 4개 (Xeon Gold 5218, 메모리 256 GB)\n  - cojito\n',
      '2027년 3월 3일 (수)부터 2027년 8월 10일 (화)까지',
      `](${formUrl})`,
      '](https://id.example.org/groups/gpu)',
      '](https://example.org/agreement)',
      '한 번에 한 대의 서버',
      'sudo /usr/local/sbin/add-me-to-docker-user',
      '<help@example.org>',
    ])
      expect(content).toContain(said);
  });

  it('has the same digest when planned again later, and another one when its text changed', async () => {
    const first = await planned();
    now = new Date('2027-03-05T00:00:00Z');
    expect((await planned()).digest).toBe(first.digest);
    const other = await planned({ formUrl: 'https://forms.example.org/other' });
    expect(await contentOf(other.digest)).toMatch(/^date: 2027-03-05 09:00:00 \+0900$/m);
  });

  it('opens the links before the gate, and names those that do not open', async () => {
    site = { ...site, language: 'en' };
    failing = {
      'https://example.org/agreement': { status: 404, url: 'https://example.org/agreement' },
      'https://id.example.org/groups/gpu': { failed: 'ENOTFOUND' },
      // The form has a proof of its own, or is opened after this gate.
      [formUrl]: { status: 403, url: formUrl },
    };
    const of = (url: string, why: string) =>
      `the link ${url} of the post does not open (${why}): correct the address in site.yaml, or in templates/post.en.md`;
    expect((await planned()).warnings).toEqual([
      of('https://id.example.org/groups/gpu', 'ENOTFOUND'),
      of('https://example.org/agreement', '404'),
    ]);
  });

  it('is written in the language of the site', async () => {
    const korean = await contentOf((await planned()).digest);
    site = { ...site, language: 'en' };
    const english = await contentOf((await planned()).digest);
    expect(korean).toContain('## 신청 방법');
    expect(english).toMatch(/## How to apply[^]*open until Sunday, 1 August 2027/);
    expect(linksOf(english, site.homepage.url)).toEqual(linksOf(korean, site.homepage.url));
  });

  it('warns of missing and late facts', async () => {
    now = new Date('2027-09-01T00:00:00Z');
    for (const [language, closed] of [
      ['ko', /신청 기간이 이미 지났습니다/],
      ['en', /closed already/],
    ] as const) {
      site = { ...site, language };
      const { warnings } = await planned({ formUrl: '' });
      expect(warnings).toHaveLength(4);
      expect(warnings).toContainEqual(expect.stringMatching(closed));
    }
  });
});

describe('publishing', () => {
  it('pushes exactly the approved bytes, once', async () => {
    const { digest } = await planned();
    const proof = await publish(digest);
    expect(proof).toMatchObject({ how: 'service', facts: { path, commit: expect.stringMatching(/^[0-9a-f]{40}$/) } });
    expect(await homepage.read(path)).toBe(await contentOf(digest));
    expect(await publish(digest, { round: 2 })).toMatchObject({ how: 'found', facts: proof.facts });
    expect(await homepage.log()).toHaveLength(2);
    expect(await readdir(join(site.stateDir, 'homepage'))).toEqual([]);
  });

  it('finds its own commit after a crash before the record', async () => {
    const { digest } = await planned();
    await publish(digest);
    await store.putNamed(`post/${semester.name}`, null);
    expect(await publish(digest)).toMatchObject({ how: 'found' });
    expect(await homepage.log()).toHaveLength(2);
  });

  it('passes on the words of a hook or a rule that refuses, with a remedy', async () => {
    await onPush(homepage, "echo 'posts need a review by the board' >&2; exit 1");
    const { digest } = await planned();
    await expect(publish(digest)).rejects.toMatchObject({
      type: 'CommandFailed',
      nonRetryable: true,
      message: expect.stringMatching(
        /refuses the push: posts need a review by the board .*remote rejected.*homepage\.publish: pull-request/,
      ),
    });
  });

  it('names a branch that was renamed', async () => {
    const { digest } = await planned();
    await execa('git', ['-C', join(homepage.dir, 'homepage.git'), 'branch', '-m', 'main', 'trunk']);
    await expect(publish(digest)).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(/branch main not found.*set homepage\.branch in site\.yaml/),
    });
  });

  it.each(['* text=auto', '* text=auto eol=crlf'])('publishes in a repository with %s', async (attributes) => {
    await homepage.change('.gitattributes', `${attributes}\n`);
    const { digest } = await planned();
    expect(await publish(digest)).toMatchObject({ how: 'service' });
    expect(await publish(digest)).toMatchObject({ how: 'found' });
  });

  it('retries when another person pushes first', async () => {
    // The first push finds another commit on the branch, as if it lost the race.
    await onPush(
      homepage,
      `[ -e raced ] && exit 0; touch raced
       unset GIT_QUARANTINE_PATH
       c=$(git -c user.name=S -c user.email=s@example.org commit-tree -p main -m 'Somebody: first' 'main^{tree}')
       git update-ref refs/heads/main "$c"`,
    );
    const { digest } = await planned();
    expect(await publish(digest)).toMatchObject({ how: 'service' });
    expect(await homepage.log()).toEqual([`Post: ${semester.title}`, 'Somebody: first', 'Somebody: _config.yml']);
  });

  it('updates its own post in place, but never a post that a person changed', async () => {
    await publish((await planned()).digest);
    const corrected = await planned({ formUrl: 'https://forms.example.org/other' });
    expect(corrected.headline).toContain(path);
    await publish(corrected.digest);
    expect(await homepage.read(path)).toContain('https://forms.example.org/other');

    await homepage.change(path, `${await homepage.read(path)}\n추신: 점검이 있습니다.\n`);
    await expect(publish((await planned()).digest)).rejects.toMatchObject({
      type: 'VerificationFailed',
      nonRetryable: true,
      message: expect.stringContaining('-추신: 점검이 있습니다.'),
    });
    expect(await homepage.read(path)).toContain('추신');
  });

  it('refuses a name that is taken, and does not restore a deleted post', async () => {
    const { digest } = await planned();
    await publish(digest);
    await homepage.change(path, null);
    await expect(publish(digest)).rejects.toMatchObject({
      message: expect.stringContaining('has since been deleted from git'),
    });
    await store.putNamed(`post/${semester.name}`, null);
    await homepage.change('_config.yml', 'title: again\n');
    await publish(digest);
    expect(await homepage.read(path)).toBe(await contentOf(digest));
  });

  it('by hand, only verifies', async () => {
    const { digest } = await planned();
    await expect(publish(digest, { byHand: true })).rejects.toMatchObject({ type: 'VerificationFailed' });
    await publish(digest);
    await homepage.change(path, 'by somebody\n');
    expect(await publish(digest, { byHand: true })).toMatchObject({
      how: 'by-hand',
      summary: expect.stringContaining('a person wrote its text'),
    });
    expect(await homepage.read(path)).toBe('by somebody\n');
  });

  it('is void when the site names another branch', async () => {
    const { digest } = await planned();
    site = { ...site, homepage: { ...site.homepage, branch: 'other' } };
    await expect(publish(digest)).rejects.toMatchObject({ type: 'PlanVoid' });
  });

  it('writes no credentials into plans or errors', async () => {
    site = { ...site, homepage: { ...site.homepage, repository: 'http://bot:hunter2@127.0.0.1:9/site.git' } };
    const { digest } = await planned();
    expect(JSON.stringify(await store.showPlan(digest))).not.toContain('hunter2');
    const failure: unknown = await publish(digest).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'Unreachable', message: expect.stringContaining('127.0.0.1:9/site.git') });
    expect(JSON.stringify([failure, String(failure), (failure as Error).stack])).not.toContain('hunter2');
  });
});

describe('the form', () => {
  it('is explained by the site’s own questions, without the secret of its export link', async () => {
    for (const language of ['ko', 'en'] as const) {
      site = { ...site, language };
      const text = await activities().formInstructions({ semester, workflow: ref.workflow });
      expect(text).toContain('semester done semester/2027-spring form --by ');
      for (const column of Object.values(site.survey.columns)) expect(text).toContain(column);
      expect(text).not.toContain('secret');
    }
  });

  it('must be open', async () => {
    const server = createServer(({ url }, response) => {
      if (url === '/old') response.writeHead(302, { location: '/new' }).end();
      else response.writeHead(url === '/new' ? 200 : url === '/down' ? 503 : 404).end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const check = (url: string) => activities().checkForm({ url });
    const at = (where: string) => check(`http://127.0.0.1:${address.port}${where}`);
    try {
      expect(await at('/old')).toMatchObject({ facts: { status: 200 } });
      await expect(at('/gone')).rejects.toMatchObject({ type: 'VerificationFailed', nonRetryable: true });
      await expect(at('/down')).rejects.toMatchObject({ type: 'VerificationFailed', nonRetryable: false });
      await expect(check('javascript:alert(1)')).rejects.toMatchObject({
        type: 'VerificationFailed',
        nonRetryable: true,
      });
    } finally {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  });
});
