import { siteRejects, type Case } from './files.ts';

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
    'a duration in words',
    ['remindEvery: P1D', 'remindEvery: daily'],
    'remindEvery',
    'daily',
    'found "daily", expected an ISO-8601 duration',
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
    ['branch: main', 'branch: --upload-pack=x'],
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
