import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surveyText } from '../../../activities/survey/text.ts';
import type { Site } from '../../../domain/site.ts';
import { semesterOf, siteAt } from '../homepage/publishing.ts';

let dir: string;
let site: Site;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'survey-text-'));
  const base = siteAt(dir);
  site = { ...base, templates: join(dir, 'templates') };
  await cp(base.templates, site.templates, { recursive: true });
});
afterEach(() => rm(dir, { recursive: true }));

const change = async (from: string, to: string) => {
  const file = join(site.templates, 'survey.ko.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
};
const text = () => surveyText(site, semesterOf(1));

describe("the survey's questions", () => {
  it('have the titles of the site, also one with quotes in the title of the form', async () => {
    const { title, questions } = await text();
    expect(title).toBe(`${semesterOf(1).title} 설문`);
    // What the terms of use demand stands between the titles of the site.
    const own = ['이름', '소속 또는 과목', '사용 목적'];
    expect(questions.map((one) => one.title).filter((one) => !own.includes(one))).toEqual(
      Object.values(site.survey.columns),
    );
    expect(questions.map((one) => one.title)).toEqual(expect.arrayContaining(own));
  });

  it('can be more, for the rules of the site', async () => {
    await change('questions:\n', 'questions:\n  - { title: 소속, help: 학과, choices: [컴퓨터공학부, 그 밖] }\n');
    expect((await text()).questions[0]).toEqual({ title: '소속', help: '학과', choices: ['컴퓨터공학부', '그 밖'] });
  });

  it.each([
    ['  - { column: username,', '  - { column: docker,', /asks for (username 0|docker 2) times/],
    ['choices: [예, 아니요]', 'choices: [네네, 아니요]', /no choice of docker is in survey\.yes/],
    ['{ column: email, help', '{ help', /either a column of survey\.columns, or a title/],
    ['questions:\n', 'questions: [\n', /survey\.ko\.yaml: /],
    ['{{ joinUrl }}', '{{ joinUri }}', /survey\.ko\.yaml:\d+: undefined variable: joinUri/],
  ])('are refused with file and reason: %j → %j', async (from, to, message) => {
    await change(from, to);
    await expect(text()).rejects.toMatchObject({ type: 'ConfigInvalid', message: expect.stringMatching(message) });
  });
});
