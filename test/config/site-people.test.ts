import { expect, test } from 'vitest';
import { formatIssue, loadSite } from '../../config/load.ts';
import { changedExample, fileOf, lineOf, SITE_EXAMPLE, siteIssues, siteRejects, type Case } from './files.ts';

const PEOPLE: readonly Case[] = [
  [
    'an approver twice',
    ['name: lee', 'name: kim'],
    'approvers[1].name',
    'lee@',
    'found "kim", expected an approver not named before (line <kim@>)',
  ],
  [
    'one address of two approvers',
    ['lee@', 'kim@'],
    'approvers[1].email',
    'name: lee',
    'an address not used before (line <name: kim>)',
  ],
  [
    'an approver without an address',
    ['lee@example.org', 'lee'],
    'approvers[1].email',
    'name: lee',
    'found "lee", expected an e-mail address',
  ],
  [
    'a quorum above the approvers',
    ['  wipe: 2', '  wipe: 4'],
    'quorum.wipe',
    '  wipe: 4',
    'found 4, expected at most 3: there are 3 approvers; name more approvers',
  ],
  [
    'a quorum of zero',
    ['  wipe: 2', '  wipe: 0'],
    'quorum.wipe',
    '  wipe: 0',
    'found 0, expected a whole number of approvers, 1 or more',
  ],
  ['a gate that is none', ['  wipe: 2', '  wype: 2'], 'quorum.wype', 'wype', 'did you mean wipe?'],
  [
    'protected without the account of the service',
    ['[bacchus, root]', '[root]'],
    'protected',
    'protected:',
    'found a list of 1, expected a list with bacchus',
  ],
  [
    'protected without the administrator',
    ['  user: bacchus', '  user: admin'],
    'protected',
    'protected:',
    'expected a list with admin',
  ],
  [
    'a kept name that is no POSIX name',
    ['user: prof', 'user: Prof Kim'],
    'keep[0].user',
    'Prof Kim',
    'found "Prof Kim", expected a POSIX user name',
  ],
  [
    'a kept day that is none',
    ['reason: professor', 'reason: professor, until: 2027-02-30'],
    'keep[0].until',
    '2027-02-30',
    'found "2027-02-30", expected a day',
  ],
  [
    'somebody kept twice',
    ['  - { user: prof, reason: professor }', '  - { user: prof, reason: a }\n  - { user: prof, reason: b }'],
    'keep[1].user',
    'reason: b',
    'an account not listed before (line <reason: a>)',
  ],
];

siteRejects(PEOPLE);

test('no approvers', async () => {
  const text = (await changedExample(SITE_EXAMPLE)).replace(/approvers:\n( {2}- .*\n)+/, 'approvers: []\n');
  const [issue] = await siteIssues(text, { starter: null });
  expect(issue && formatIssue({ ...issue, file: 'site.yaml' })).toBe(
    `site.yaml:${lineOf(text, 'approvers: []')}:12  approvers  found a list of 0, expected at least one approver`,
  );
});

test('the approver who starts does not count toward a quorum of two or more', async () => {
  const text = await changedExample(SITE_EXAMPLE, ['  - { name: park, email: park@example.org, language: en }\n', '']);
  const keys = async (starter?: string | null) => (await siteIssues(text, { starter })).map((issue) => issue.key);
  expect(await keys(null)).toEqual(['quorum.wipe']);
  expect(await keys('kim')).toEqual(['quorum.wipe']);
  expect(await keys('somebody-else')).toEqual([]);
  expect(await keys()).toEqual([]);
});

test('an administrator of another name', async () => {
  const text = await changedExample(
    SITE_EXAMPLE,
    ['  user: bacchus', '  user: chief'],
    ['[bacchus, root]', '[chief, root]'],
    ['images: /csehome/bacchus/images', 'images: /csehome/chief/images'],
  );
  expect(await siteIssues(text)).toEqual([]);
});

test('by default the account of the service is protected and holds the images', async () => {
  const text = await changedExample(
    SITE_EXAMPLE,
    ['  user: bacchus', '  user: chief'],
    ['protected: [bacchus, root]', '#'],
    ['  images: /csehome/bacchus/images', '  #'],
  );
  const site = await loadSite(await fileOf('site.yaml', text));
  expect(site.protected).toEqual(['chief', 'root']);
  expect(site.layout.images).toBe('/csehome/chief/images');
});

test('no account of the service is a default', async () => {
  const text = await changedExample(SITE_EXAMPLE, ['  user: bacchus\n', '']);
  const [issue] = await siteIssues(text);
  expect(issue).toMatchObject({ key: 'ssh.user' });
});
