import { describe, expect, test } from 'vitest';
import { formatIssue } from '../../config/load.ts';
import { changedExample, SITE_EXAMPLE, siteIssues } from './files.ts';

/** The lines of the example that each case replaces. */
const SURVEY = `  source: csv # a person creates the form at gate form; the service reads its answers from:
  csv: survey.csv`;
const survey = async (lines: string) => {
  const issues = await siteIssues(await changedExample(SITE_EXAMPLE, [SURVEY, lines]));
  return issues.map(formatIssue).join('\n');
};
const KEYS = ['  publish: push', '  permalink: /:categories/:year-:month-:day-:title/', '  zone: UTC', '  wait: PT30M'];
const key = (lines: string) => KEYS.find((line) => line.split(':')[0] === lines.split(':')[0]) ?? '';
const homepage = async (lines: string) =>
  (await siteIssues(await changedExample(SITE_EXAMPLE, [key(lines), lines]))).map(formatIssue).join('\n');

describe('the survey', () => {
  test.each([
    ['  source: google'],
    ['  source: google\n  formId: 1FAIpQLSe-abcdefgh\n  editors: [kim@example.org]\n  actAs: gpu@example.org'],
    ['  csv: https://cloud.example.org/answers.csv'],
    ['  csv: http://127.0.0.1:8080/answers.csv'],
  ])('may be %j', async (lines) => {
    expect(await survey(lines)).toBe('');
  });

  test.each([
    ['  source: sheets', /survey\.source.*csv or google/],
    ['  source: csv', /survey\.csv.*or set source: google/],
    ['  source: google\n  csv: survey.csv', /survey\.csv.*leave it out, or set source: csv/],
    ['  csv: survey.csv\n  editors: [kim@example.org]', /survey\.editors.*belongs to source: google/],
    ['  csv: http://cloud.example.org/a.csv', /survey\.csv.*an https address/],
    ['  source: google\n  formId: https://forms.gle/x', /survey\.formId.*docs\.google\.com/],
  ])('is refused with a remedy: %j', async (lines, message) => {
    expect(await survey(lines)).toMatch(message);
  });
});

describe('the homepage', () => {
  test.each([
    ['  permalink: /:slug/:title.html', /homepage\.permalink.*:categories, :year, :month/],
    ['  wait: half an hour', /homepage\.wait/],
    ['  zone: KST', /homepage\.zone.*IANA/],
    ['  publish: pr', /homepage\.publish.*push or pull-request/],
  ])('is refused with a remedy: %j', async (lines, message) => {
    expect(await homepage(lines)).toMatch(message);
  });

  test('takes pull requests on GitHub only', async () => {
    expect(await homepage('  publish: pull-request')).toBe('');
    const text = await changedExample(
      SITE_EXAMPLE,
      ['git@github.com:bacchus-snu/bacchus-snu.github.io.git', '/srv/git/homepage.git'],
      ['  publish: push', '  publish: pull-request'],
    );
    expect((await siteIssues(text)).map(formatIssue).join()).toMatch(/homepage\.repository.*set publish: push/);
  });
});

test.each([
  [['username: 아이디', 'username: 학번'], 'survey.columns.studentNumber', 'a title not used before'],
  [['terms: 약관 동의', 'terms: 이메일'], 'survey.columns.terms', 'a title not used before'],
  [['branch: master', 'branch: refs/heads/master'], 'homepage.branch', 'the short name of a branch'],
  [['branch: master', 'branch: refs/remotes/origin/master'], 'homepage.branch', 'the short name of a branch'],
  [['branch: master', 'branch: --force'], 'homepage.branch', 'not beginning with -'],
  [['branch: master', 'branch: "a b"'], 'homepage.branch', 'a branch'],
  [['joinUrl: https://id', 'joinUrl: http://id'], 'idServer.joinUrl', 'an https address'],
  [['joinUrl: https://id.snucse.org/group', 'joinUrl: /group'], 'idServer.joinUrl', 'https'],
  [['joinUrl: https://id.snucse.org/group', 'joinUrl: javascript:alert(1)'], 'idServer.joinUrl', 'https'],
  [['command: pacman -Syu --noconfirm', 'command: pacman -Syu'], 'update.command', 'a command with --noconfirm'],
  [['command: pacman -Syu --noconfirm', 'command: pacman -Sy && pacman -Su'], 'update.command', '--noconfirm'],
  [
    ['command: pacman -Syu --noconfirm', 'command: pacman -Sy --noconfirm archlinux-keyring && pacman -Su'],
    'update.command',
    '--noconfirm',
  ],
  [
    ['command: pacman -Syu --noconfirm', 'command: pacman --sync --refresh --sysupgrade'],
    'update.command',
    '--noconfirm',
  ],
  [['command: pacman -Syu --noconfirm', 'command: yes | pacman -Syyu --noconfirms'], 'update.command', '--noconfirm'],
] as const)('%j is refused', async (change, key, said) => {
  const issues = await siteIssues(await changedExample(SITE_EXAMPLE, change));
  expect(issues).toMatchObject([{ key, expected: expect.stringContaining(said) }]);
});

test.each([
  ['branch: master', 'branch: feature/refs'],
  ['command: pacman -Syu --noconfirm', 'command: pacman --noconfirm -Syu'],
  ['command: pacman -Syu --noconfirm', `command: sh -c "pacman -Syu --noconfirm"`],
  ['command: pacman -Syu --noconfirm', 'command: /usr/local/sbin/update-all'],
] as const)('%s may be %s', async (...change) => {
  expect(await siteIssues(await changedExample(SITE_EXAMPLE, change))).toEqual([]);
});
