import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeholderPerson, noticeData, personData } from '../../../activities/mail/data.ts';
import { renderMail } from '../../../activities/mail/render.ts';
import { siteWith, templates } from './fixtures.ts';
import { readMessages } from '../../../texts/messages.ts';

const site = siteWith(25);
const notice = (language: 'ko' | 'en', corrects: string | null = null) => ({
  ...noticeData(site, language, '2027-02-10T14:59:59Z', corrects, '2027-spring'),
  person: personData('erin', { name: '이에린', home: 3 * 2 ** 30, docker: { asahi: 512 * 2 ** 20, bernini: 0 } }, [
    'faust',
  ]),
});

test.each([
  ['P14D', /at most 14 days.*semester restore --docker erin/s, /최대 14일 .*semester restore --docker erin/s],
  ['P1D', /at most 1 day,/, /최대 1일 /],
  ['off', /Docker data is not\./, /Docker 데이터는 보관하지 않습니다/],
])('the deadline mail says what becomes of Docker data, with wipe.trash %s', async (trash, en, ko) => {
  const other = siteWith(25, { wipe: { trash, minFree: 10 } });
  for (const [language, words] of [
    ['en', en],
    ['ko', ko],
  ] as const) {
    const data = {
      ...noticeData(other, language, '2027-02-10T14:59:59Z', null, '2027-spring'),
      person: notice(language).person,
    };
    expect((await renderMail(templates, 'deadline', language, data)).text).toMatch(words);
  }
});

describe('the notice', () => {
  test('holds hour, weekday, sizes, hosts and the copy commands of both, in Korean', async () => {
    const { subject, text, html } = await renderMail(templates, 'notice', 'ko', notice('ko'));
    expect(subject).toContain('2027년 2월 10일 (수) 오후 11시 59분');
    for (const piece of [
      '이에린 님',
      '`/csehome/erin`: 3.0 GiB',
      'asahi 서버의 Docker 데이터: 512 MiB',
      'faust',
      'rsync -avz --progress erin@asahi.example.org:/csehome/erin/ ./gpu-backup/',
      'docker save',
      '/local/.docker/erin',
      'contact@example.org',
      '모두 삭제됩니다',
    ])
      expect(text).toContain(piece);
    expect(text).not.toContain('bernini');
    expect(text).not.toMatch(/\n{3}|[{}]/);
    expect(html).toContain('<li>기한: <strong>2027년 2월 10일 (수) 오후 11시 59분</strong></li>');
    expect(html).toMatch(/<pre><code>rsync -avz/);
  });

  test('renders in English', async () => {
    const { subject, text } = await renderMail(templates, 'notice', 'en', notice('en'));
    expect(subject).toContain('Wednesday, 10 February 2027, 23:59 (Asia/Seoul)');
    expect(text).toContain('- Docker data on asahi: 512 MiB');
  });

  test('omits the chapter on Docker if there is no Docker data', async () => {
    const person = personData('erin', { name: '이에린', home: null, docker: {} }, []);
    const { text } = await renderMail(templates, 'notice', 'ko', { ...notice('ko'), person });
    expect(text).toContain('Docker 데이터: 없음');
    expect(text).not.toContain('docker save');
    expect(text).toContain('확인하지 못했습니다');
  });

  test('a correction holds the old date and the new', async () => {
    const { text } = await renderMail(templates, 'correction', 'ko', notice('ko', '2027-02-03T14:59:59Z'));
    expect(text).toContain('이전에 안내해 드린 기한: 2027년 2월 3일 (수) 오후 11시 59분');
    expect(text).toContain('변경된 기한: **2027년 2월 10일 (수) 오후 11시 59분**');
  });
});

test('every template to users and approvers renders in both languages, for a person and for a placeholder', async () => {
  const ask = {
    workflow: 'semester/x',
    semester: 'x',
    headline: 'h',
    lines: ['a'],
    commands: ['c'],
    changed: ['+ eve'],
    more: 2,
    kept: ['prof'],
    rejected: { by: 'kim', comment: 'wait' },
    ended: { outcome: 'aborted', why: 'no power' },
    subject: null,
    approver: { name: 'n' },
  };
  for (const language of ['ko', 'en'] as const) {
    const nobody = placeholderPerson(await readMessages(site, language));
    for (const name of ['notice', 'correction', 'deadline']) {
      const data = { ...notice(language, '2027-02-03T14:59:59Z'), person: nobody };
      expect((await renderMail(templates, name, language, data)).text).toContain(nobody.name);
    }
    const questions = ['a', 'c'].map((command) => ({ kind: 'gate', about: 'wipe', since: '', commands: [command] }));
    for (const name of ['gate', 'attention', 'reminder', 'report', 'refused']) {
      const { subject, text } = await renderMail(templates, name, language, { ...ask, about: 'wipe', questions });
      expect(subject).toContain('wipe');
      expect(text).toContain('semester/x');
      expect(text).toMatch(/\n\n {4}a\n[^]*\n {4}c\n/);
    }
    for (const about of ['run', 'acts']) {
      const { text } = await renderMail(templates, 'alarm', language, { ...ask, about });
      expect(text).toMatch(/\n\n {4}a\n[^]*\n {4}c\n/);
    }
  }
  const [ko, en] = await Promise.all([readdir(join(templates, 'mail/ko')), readdir(join(templates, 'mail/en'))]);
  expect(ko.toSorted()).toEqual(en.toSorted());
});

test.each([
  ['ko', '풀 리퀘스트를 합쳐 주세요', '결정이 필요합니다'],
  ['en', 'please merge the pull request', 'your decision is needed'],
] as const)(
  'the approver who merges a pull request reads that the semester continues then, in %s',
  async (language, asked, other) => {
    const headline = 'https://github.com/bacchus/site/pull/7';
    const about = { workflow: 'semester/x', semester: 'x', about: 'merge', headline, lines: [], commands: [] };
    const more = { changed: [], more: 0, kept: [], rejected: null, approver: { name: 'n' } };
    const { subject, text } = await renderMail(templates, 'gate', language, { ...about, ...more });
    expect(subject).toContain('merge');
    expect(text).toContain(asked);
    expect(text).toContain(headline);
    expect(text).not.toContain(other);
  },
);

describe('templates that people edit', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'templates-'));
    await cp(join(templates, 'mail'), join(dir, 'templates/mail'), { recursive: true });
  });
  afterAll(() => rm(dir, { recursive: true }));

  const render = async (source: string, data: Record<string, unknown> = {}) => {
    await writeFile(join(dir, 'templates/mail/ko/mine.md'), source);
    return renderMail(join(dir, 'templates'), 'mine', 'ko', data);
  };

  test('each render reads the text on disk', async () => {
    expect((await render('---\nsubject: one\n---\nfirst')).text).toBe('first\n');
    expect((await render('---\nsubject: two\n---\nsecond')).subject).toBe('two');
  });

  test.each([
    ['an unknown variable', '---\nsubject: s\n---\n\nHi\n{{ persn.name }}\n', 6, /undefined variable: persn/],
    ['an unknown variable in the subject', '---\nsubject: "{{ nope }}"\n---\nHi\n', 2, /undefined variable: nope/],
    ['a tag that is not closed', '---\nsubject: s\n---\nHi\n{% if a %}\n', 5, /not closed/],
    ['an unknown filter', '---\nsubject: s\n---\n{{ "a" | shout }}\n', 4, /undefined filter: shout/],
    ['front matter that is not YAML', '---\na: 1\nsubject: "s" t\n---\nHi\n', 3, /./],
    ['no subject', 'Hi\n', 1, /subject/],
    ['code in the front matter', '---js\n{ subject: "x" }\n---\nHi\n', 1, /YAML/],
  ])('%s is named with file and line', async (_, source, line, reason) => {
    const failure = await render(source).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ type: 'ConfigInvalid', nonRetryable: true });
    expect((failure as Error).message).toMatch(new RegExp(`^templates/mail/ko/mine\\.md:${line}: `));
    expect((failure as Error).message).toMatch(reason);
  });

  test('a missing template is named', async () => {
    await expect(renderMail(join(dir, 'templates'), 'gone', 'ko', {})).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringContaining('templates/mail/ko/gone.md') as unknown,
    });
  });

  test('HTML in a value is escaped; no file is read through a template', async () => {
    const { html } = await render('---\nsubject: "{{ name }}"\n---\n{{ name }}\n', { name: '<img src=x> & <b>' });
    expect(html).not.toMatch(/<img|<b>/);
    expect(html).toContain('&lt;img src=x&gt;');
    await expect(render('---\nsubject: s\n---\n{% include "/etc/hostname" %}')).rejects.toMatchObject({
      type: 'ConfigInvalid',
    });
  });
});
