import { expect, test } from 'vitest';
import { changedExample, SITE_EXAMPLE, siteIssues, siteRejects, type Case } from './files.ts';

const OTHERS: readonly Case[] = [
  [
    'a rule that demands nothing',
    ["matches: '\\d{4}-\\d{5}'", 'required: false'],
    'applications.rules[0]',
    'column: 학번',
    'expected required: true, oneOf or matches',
  ],
  [
    'a pattern that is none',
    ["'\\d{4}-\\d{5}'", "'('"],
    'applications.rules[0].matches',
    'matches:',
    'expected a regular expression',
  ],
  [
    'an hour that no day has',
    ["reviewAt: '10:00'", "reviewAt: '25:00'"],
    'applications.reviewAt',
    'reviewAt:',
    'expected a time of day',
  ],
  [
    'an unknown zone',
    ['Asia/Seoul', 'Asia/Seuol'],
    'zone',
    'Asia/Seuol',
    'found "Asia/Seuol", expected an IANA time zone',
  ],
  [
    'a sender that is none',
    ['Bacchus <gpu@example.org>', 'Bacchus gpu'],
    'mail.from',
    'Bacchus gpu',
    'expected an e-mail address, or Name <address>',
  ],
  [
    'a yes that is text',
    ['secure: false #', 'secure: nope #'],
    'mail.secure',
    'nope',
    'found "nope", expected true or false',
  ],
  [
    'another source of addresses',
    ['source: postgres }', 'source: ldap }'],
    'addresses.source',
    'ldap',
    'found "ldap", expected postgres or csv',
  ],
  [
    'a trash without end',
    ['trash: P14D', 'trash: P1M'],
    'wipe.trash',
    'P1M',
    'found "P1M", expected off, or an ISO-8601 duration above zero without months or years',
  ],
  [
    'a trash that leaves nothing in use',
    ['minFree: 10', 'minFree: 95'],
    'wipe.minFree',
    '95',
    'found 95, expected a percentage from 0 to 90',
  ],
  [
    'a duration in words',
    ['remindEvery: P1D', 'remindEvery: daily'],
    'remindEvery',
    'daily',
    'found "daily", expected an ISO-8601 duration',
  ],
  [
    'reminders that would fill the history',
    ['remindEvery: P1D', 'remindEvery: PT1H'],
    'remindEvery',
    'PT1H',
    'found "PT1H", expected an ISO-8601 duration of at least six hours',
  ],
  [
    'a web address that is none',
    ['url: https://id.snucse.org', 'url: id.snucse.org'],
    'idServer.url',
    'url: id.',
    'an http or https address',
  ],
  [
    'an option for a branch',
    ['branch: master', 'branch: --upload-pack=x'],
    'homepage.branch',
    'branch:',
    'not beginning with -',
  ],
  [
    'a missing key at the top',
    ['contact: gpu@example.org', ''],
    'contact',
    'name: bacchus',
    'found nothing, expected an e-mail address',
  ],
  [
    'a missing key in a section',
    ['  group: gpu #', '  #'],
    'idServer.group',
    'idServer:',
    'found nothing, expected the identifier of a group',
  ],
  [
    'an unknown key far from any',
    ['contact: gpu', 'colour: blue\ncontact: gpu'],
    'colour',
    'colour',
    'found an unknown key, expected one of name, zone',
  ],
];

siteRejects(OTHERS);

const ID = 'url: https://id.snucse.org';
const MATCHES = "matches: '\\d{4}-\\d{5}'";

/** A change of the example, the one key that is wrong, and what is said. */
const MORE: readonly (readonly [change: readonly [string, string], key: string, said: string])[] = [
  [
    [ID, 'url: http://id.snucse.org'],
    'idServer.url',
    'an https address: over http, the password would travel unencrypted',
  ],
  [[ID, 'url: https://id.snucse.org/api'], 'idServer.url', 'an address without a path, such as https://id.snucse.org'],
  [[ID, 'url: https://id.snucse.org/?a=b'], 'idServer.url', 'an address without a path'],
  [[ID, 'url: ftp://id.snucse.org'], 'idServer.url', 'an https address'],
  [
    ['publish: push ', 'githubApi: http://github.example.org/api/v3\n  publish: push '],
    'homepage.githubApi',
    'an https address',
  ],
  [['sample: PT10M', 'sample: PT0.001S'], 'gpus.sample', 'at least PT1M'],
  [['sample: PT10M', 'sample: PT99999999999999H'], 'gpus.sample', 'an ISO-8601 duration'],
  [['wait: PT30M', 'wait: PT1S'], 'homepage.wait', 'at least PT1M'],
  [['warn: PT5M', 'warn: P3D'], 'drain.warn', 'at most P1D'],
  [['trash: P14D', 'trash: PT0.001S'], 'wipe.trash', 'off, or an ISO-8601 duration'],
  [['trash: P14D', 'trash: P10000D'], 'wipe.trash', 'at most P366D'],
  [['remindEvery: P1D', 'remindEvery: P400D'], 'remindEvery', 'at most P60D'],
  [[MATCHES, "matches: '(?=a)b'"], 'applications.rules[0].matches', 'a regular expression of RE2: without lookaround'],
  [[MATCHES, "matches: '(a)\\1'"], 'applications.rules[0].matches', 'a regular expression of RE2'],
  [['messagesPerMinute: 30', 'messagesPerMinute: .nan'], 'mail.messagesPerMinute', 'a whole number'],
  [['messagesPerMinute: 30', 'messagesPerMinute: 1e400'], 'mail.messagesPerMinute', 'a whole number'],
];

test.each(MORE)('%j is refused', async (change, key, said) => {
  const issues = await siteIssues(await changedExample(SITE_EXAMPLE, change));
  expect(issues).toMatchObject([{ key, expected: expect.stringContaining(said) }]);
});

test.each([
  [ID, 'url: https://id.example.org:8443/'],
  [ID, 'url: http://127.0.0.1:8080'],
  [ID, "url: 'http://[::1]:8080'"],
  ['sample: PT10M', 'sample: PT1M'],
  ['trash: P14D', 'trash: off'],
  [MATCHES, "matches: '\\p{Hangul}{2,10}|(a+)+'"],
])('%s may be %s', async (from, to) => {
  expect(await siteIssues(await changedExample(SITE_EXAMPLE, [from, to]))).toEqual([]);
});
