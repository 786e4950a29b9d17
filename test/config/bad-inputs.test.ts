import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import * as fields from '../../config/fields.ts';
import { loadSite } from '../../config/load.ts';
import { readTextFile } from '../../config/text-file.ts';
import { fileOf } from './files.ts';

/**
 * What people really type, by kind: values that are taken, and values that are refused, in groups by what is said. More than one character stands
 * for a fault that nobody sees: a space at an end, a character of another alphabet, a mark that turns the text.
 */
interface Kind {
  readonly schema: z.ZodType;
  readonly taken: readonly unknown[];
  readonly refused: Readonly<Record<string, readonly unknown[]>>;
}

const HIDDEN_IN = [
  'a\u0000b',
  'a\u001b[31m',
  'a\u007f',
  'a\u0085b',
  'a\u2028b',
  'a\u202eb',
  'a\u200bb',
  '\ufeffa',
  '\ud800',
];
const below = (path: string) => (text: string) => path + text;
const NO_TEXT = [42, true, null, undefined, ['a'], { a: 1 }, Number.NaN];

const KINDS: Readonly<Record<string, Kind>> = {
  'a path on a host': {
    schema: fields.absolutePath,
    taken: ['/csehome', '/local/.docker', '/가나다', '/a/...', '/a:b', '/~', '/-rf', '/a/b\\c'],
    refused: {
      'none of them hidden': [...HIDDEN_IN.map(below('/')), '/a\tb', '/a\n', '/a\r', '', ' ', `/${'a/'.repeat(3000)}x`],
      'without spaces': ['/cse home', '/csehome ', ' /csehome', '/csehome\u00a0', '/cse\u3000home'],
      'at most 255 bytes': [`/${'a'.repeat(256)}`, `/${'가'.repeat(86)}`],
      'an absolute path': [
        '/',
        'csehome',
        '.',
        '..',
        '/a/..',
        '/a/../b',
        '/./a',
        '\\csehome',
        'C:\\csehome',
        ...NO_TEXT,
      ],
      'without //': ['//', '///a', '/a//b', 'http://a', 'file:///a'],
      'a path without a / at its end': ['/a/'],
      'not expanded': ['~', '~/a', '~root/a', '$HOME/a', '/a/$USER', '/a/`id`', '/${A}/b'],
    },
  },
  'a path below the top level': {
    schema: fields.innerPath,
    taken: ['backups/gpu', '@home', '-a', '가/나'],
    refused: {
      'none of them hidden': [...HIDDEN_IN, '', ' ', 'a\n'],
      'without spaces': ['a b', ' a', 'a ', 'a\u00a0'],
      'without a leading /': ['/a', '/', '//', '.', '..', 'a/..', './a', 'a/.', ...NO_TEXT],
      'without //': ['a//b'],
      'a / at its end': ['a/'],
      'not expanded': ['~', '~a', '$A', 'a`b`'],
    },
  },
  'a file of the worker': {
    schema: fields.localPath,
    taken: ['known_hosts', './a', '/etc/semester/a b', '가.csv', 'a//b', 'C:a'],
    refused: {
      'none of them hidden': [...HIDDEN_IN, '', '\t', 'a\nb', 'a'.repeat(1001)],
      'begin or end with a space': [' a', 'a ', 'a\u00a0', '\u3000a'],
      'not expanded': ['~/a', '$HOME/a', '/a/`b`'],
      'not an address': ['file:///a', 'https://a.org/b', 'ssh://h/x', 's3://a/b'],
      'without ..': ['..', '../a', 'a/../b', '/a/..', ...NO_TEXT],
    },
  },
  'the folder of the state': {
    schema: fields.stateFolder,
    taken: ['/var/lib/gpu-semester', '/var/lib/gpu-semester/', '/srv/semester', '/home/semester/state', 'state'],
    refused: {
      'a folder of its own': [
        '/',
        '//',
        '/.',
        '.',
        './',
        '/var',
        '/var/',
        '/var//lib',
        '/var/lib/.',
        '/./var',
        '/etc',
        '/etc/semester',
        '/usr/local',
        '/usr/lib/x',
        '/boot/x',
        '/bin',
        '/lib64/x',
        '/dev',
        '/dev/shm/x',
        '/proc/self',
        '/run/x',
        '/sys',
        '/tmp',
        '/var/tmp',
        '/var/run/x',
        '/var/lock/x',
        '/home',
        '/root',
        '/srv',
        '/opt',
        '/mnt',
        '/media',
        '/var/cache',
        '/var/log',
        '/var/spool',
        '/var/backups',
        '/lost+found',
        '/efi',
        ...NO_TEXT,
      ],
      'not expanded': ['~/state', '$STATE'],
      'without ..': ['..', '/var/lib/../x'],
    },
  },
  'the address of a server': {
    schema: fields.serverUrl,
    taken: [
      'https://id.snucse.org',
      'HTTPS://ID.SNUCSE.ORG/',
      'https://id.org:8443',
      'https://한국.kr',
      'http://[::1]:80',
    ],
    refused: {
      'without spaces, \\ and hidden': [
        '',
        ' ',
        ' https://a.org',
        'https://a.org ',
        'https://a b.org',
        'https://a.o\trg',
        'https://a.org\n',
        'https://a.org\\b',
        'https:\\\\a.org',
        'https://a.org\u200b',
        'https://a\u202e.org',
        '\ufeffhttps://a.org',
      ],
      'an http or https address': [
        'a',
        'id.snucse.org',
        '//id.snucse.org',
        'https:id.snucse.org',
        'https:/id.snucse.org',
        'https:///a.org',
        'https://',
        'https://a.org:99999',
        'https://[::1',
        'https://[fe80::1%25eth0]',
      ],
      'without user name and password': [
        'https://u:p@a.org',
        'https://@a.org',
        'http://localhost:80@evil.org',
        'https://:@a.org',
      ],
      'a DNS name or a complete IP address': [
        'https://1',
        'https://0x7f.1',
        'http://127.1',
        'http://2130706433',
        'https://a..org',
        'https://-a.org',
        'https://a_b.org',
        'https://.',
        'https://*',
        'https://a.org.',
        'http://localhost.',
      ],
      'a port from 1': ['https://a.org:0'],
      'over http': [
        'http://a.org',
        'http://127.0.0.1.a.org',
        'http://0.0.0.0',
        'http://localhost.a.org',
        'HTTP://A.ORG',
      ],
      'without a path': [
        'https://a.org/x',
        'https://a.org/.',
        'https://a.org?',
        'https://a.org#',
        'https://a.org//',
        'https://a.org/?q',
      ],
      'an https address': [
        'ftp://a.org',
        'ws://a.org',
        'mailto:a@b.kr',
        'javascript:alert(1)',
        'data:,a',
        'file:///a',
        ...NO_TEXT,
      ],
    },
  },
  'an interval': {
    schema: fields.interval('PT1M', 'P1D'),
    taken: ['PT10M', 'pt10m', 'PT1.5H', 'P1D', 'PT1440M', 'PT60.000000001S'],
    refused: {
      'at least PT1M': ['PT59S', 'PT0S', 'P0D', 'PT0.001S', 'PT0.5M', 'PT59.999999999S'],
      'at most P1D': ['P2D', 'P1W', 'PT25H', 'PT86401S', 'P1DT1S'],
      'without months or years': [
        '10m',
        '600',
        '1 day',
        'daily',
        'P',
        'PT',
        'P1DT',
        'T10M',
        '10',
        '',
        ' ',
        'PT10M ',
        ' PT10M',
        'PT 10M',
        'PT10M\n',
        '-PT10M',
        'PT-10M',
        'P1M',
        'P1Y',
        'PT1e3S',
        'PT10M10M',
        'PT10S10M',
        'P0001-00-00T00:00:00',
        'PT１０M',
        'PT١M',
        'Infinity',
        'PT99999999999999999999S',
        'PT0.0000000001S',
        '0 3 * * *',
        '@daily',
        '00:10:00',
        ...NO_TEXT,
      ],
    },
  },
  'a date': {
    schema: fields.date,
    taken: ['2027-02-10', '2028-02-29', '2027-02-10T18:00+09:00', '2027-02-10T18:00:00.5Z', '2027-02-10T18:00+0900'],
    refused: {
      'a day such as 2027-02-10': [
        '2027-02-30',
        '2027-02-29',
        '2027-13-01',
        '2027-00-10',
        '2027-02-00',
        '2027-2-10',
        '27-02-10',
        '20270210',
        '10-02-2027',
        '02/10/2027',
        '2027/02/10',
        '2027.02.10',
        '2027년 2월 10일',
        '２０２７-02-10',
        '2027–02–10',
        '',
        ' ',
        '2027-02-10 ',
        '2027-02-10\n',
        'tomorrow',
        'now',
        '+002027-02-10',
        '-000001-01-01',
        '2027-W06-3',
        '2027-02-10T18:00',
        '2027-02-10 18:00+09:00',
        '2027-02-10T18+09',
        '2027-02-10t18:00z',
        '2027-02-10T',
        'T18:00',
        '2027-02-10T24:00Z',
        '2027-02-10T23:59:60Z',
        '2027-02-10T25:00Z',
        '2027-02-30T18:00Z',
        '2027-02-10T18:60Z',
        '2027-02-10T18:00+09:00[Asia/Tokyo]',
        '2027-02-10T18:00[Asia/Seoul]',
        '2027-02-10T18:00Z[u-ca=hebrew]',
        '2027-02-10T18:00+25:00',
        '2027-02-10T18:00−09:00',
        '2027-02-10T18:00 KST',
        '+012027-02-10T18:00Z',
        ...NO_TEXT,
      ],
    },
  },
  'an account name': {
    schema: fields.userName,
    taken: ['prof', '_p', 'kim.hana', 'p-', 'a'.repeat(32)],
    refused: {
      'a POSIX user name': [
        ...HIDDEN_IN,
        '',
        ' ',
        'Prof',
        'p q',
        'prof ',
        ' prof',
        'prof\n',
        '교수',
        'pr\u043ef',
        'ｐrof',
        '-p',
        '.p',
        '..',
        '.',
        '9p',
        '0',
        '1000',
        'p$',
        'p/q',
        'p:q',
        'p@x',
        'p,q',
        'p*',
        '~p',
        '$(id)',
        '`id`',
        "p'q",
        'p"q',
        'p;q',
        'a'.repeat(33),
        ...NO_TEXT,
      ],
    },
  },
  'a host name': {
    schema: fields.hostName,
    taken: ['asahi', 'gpu1', 'a--b', 'xn--a', 'a'.repeat(63)],
    refused: {
      'a short host name': [
        ...HIDDEN_IN,
        '',
        ' ',
        'Asahi',
        'asahi.',
        'asahi.snucse.org',
        'a_b',
        '-a',
        'a-',
        '1',
        '127',
        '1.2.3.4',
        '::1',
        'asahi\n',
        ' asahi',
        '한',
        'аsahi',
        'asahi:22',
        'a/b',
        '*',
        '$(id)',
        'a'.repeat(64),
        'ssh://a',
        'root@asahi',
        ...NO_TEXT,
      ],
    },
  },
  'an address': {
    schema: fields.address,
    taken: ['asahi.snucse.org', 'ASAHI', '10.0.0.1', '::1', 'fe80::1%eth0', 'localhost', 'xn--3e0b707e.kr'],
    refused: {
      'a DNS name or an IP address': [
        ...HIDDEN_IN,
        '',
        ' ',
        '1',
        '1.2.3',
        '010.0.0.1',
        '256.1.1.1',
        '1.2.3.4.',
        '0x7f000001',
        'a.0x1',
        'a.1',
        '2130706433',
        '[::1]',
        '10.0.0.1:22',
        'asahi:22',
        'a..b',
        'a.',
        '.a',
        '-a.b',
        'a_b.c',
        'a b',
        'a\n',
        'u@a',
        'ssh://a',
        '*',
        '*.a.org',
        '한국.kr',
        'а.org',
        'a;b',
        '$(id)',
        'a'.repeat(254),
        `${'a'.repeat(64)}.org`,
        '10.0.0.0/24',
        ...NO_TEXT,
      ],
    },
  },
  'a mail address': {
    schema: fields.mailbox,
    taken: ['gpu@x.org', 'Bacchus <gpu@x.org>', '바쿠스 <gpu@x.org>', '"A, B" <gpu@x.org>', "o'x+gpu@x.org"],
    refused: {
      'an e-mail address, or Name <address>': [
        '',
        'a',
        '@',
        'a@',
        '@b.kr',
        'a@b',
        'a@@b.kr',
        'a b@c.kr',
        ' a@b.kr',
        'a@b.kr ',
        'a@b.kr\n',
        '.a@b.kr',
        'a..b@c.kr',
        'a@b..kr',
        'a@b.kr.',
        'a@-b.kr',
        'a@[1.2.3.4]',
        '가@b.kr',
        'a@b.kr,c@d.kr',
        'a@b.kr; c@d.kr',
        'mailto:a@b.kr',
        'a@b.kr\r\nBcc: x@y.z',
        'A <a@b.kr> B',
        'A <a@b.kr>, C <c@d.kr>',
        'A <<a@b.kr>>',
        'A < a@b.kr >',
        'A <a@b.kr',
        'A\n<a@b.kr>',
        '\u202eA <a@b.kr>',
        'A\u200b <a@b.kr>',
        `${'a'.repeat(65)}@b.kr`,
        `a@${'b'.repeat(250)}.kr`,
        ...NO_TEXT,
      ],
      'in quotation marks': [
        'A, B <a@b.kr>',
        'A (x) <a@b.kr>',
        'A: <a@b.kr>',
        'A;B <a@b.kr>',
        'c@d.kr <a@b.kr>',
        '"A <a@b.kr>',
        '[A] <a@b.kr>',
      ],
    },
  },
  'a line': {
    schema: fields.line('a reason'),
    taken: ['professor', '교수', '👩‍💻', 'a "b" {{ c }}', 'a'.repeat(1000)],
    refused: {
      'a reason, in one line': [
        ...HIDDEN_IN,
        '',
        ' ',
        '\u00a0',
        '\u3000',
        'a\nb',
        'a\r',
        'a\tb',
        '\u0000',
        '\u001b',
        'a\u009b31m',
        'a\u00adb',
        'a\u061cb',
        'a\u200eb',
        'a\u2029b',
        'a\u2060b',
        'a\u2066b\u2069',
        'a\u180eb',
        '\u200b',
        'a'.repeat(1001),
        'a\vb',
        'a\fb',
        'a\bb',
        ...NO_TEXT,
      ],
    },
  },
};

describe.each(Object.entries(KINDS))('%s', (_, { schema, taken, refused }) => {
  const cases = Object.entries(refused).flatMap(([said, values]) => values.map((value) => [value, said] as const));
  test('has 30 bad inputs', () => expect(cases.length).toBeGreaterThanOrEqual(30));
  test.each(taken)('%j is taken', (value) => expect(schema.safeParse(value).error?.issues).toBeUndefined());
  test.each(cases)('%j is refused: %s', (value, said) => {
    expect(schema.safeParse(value).error?.issues[0]?.message).toContain(said);
  });
});

/** Files of the wrong form, and the first thing that is said. */
const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  'found nothing, expected the keys name': ['', ' \n\n', '# nothing\n', '---\n', 'null\n', '~\n', '...\n'],
  'expected the keys name': [
    'bacchus\n',
    '42\n',
    'true\n',
    '[]',
    '- a\n',
    'name:bacchus\n',
    'name： bacchus\n',
    'name = "x"\n',
    '<html></html>',
  ],
  'found invalid YAML': [
    'a: "b\n',
    "a: 'it's'\n",
    'a: "\\q"\n',
    'a: @b\n',
    'a: `b`\n',
    'a: %b\n',
    'a: 1\n  b: 2\n',
    'a:\n\tb: 1\n',
    'hosts: [a\n',
    'a: {b: c\n',
    '<<<<<<< HEAD\na: b\n=======\n',
    '[site]\nname=a\n',
    'name: a\u0085zone: b\n',
    `${'k'.repeat(2000)}: a\n`,
  ],
  'found a second document': ['a: 1\n---\nb: 1\n', 'a: 1\n...\nb: 1\n'],
  'found a tag (!)': ['a: !!set {x}\n', 'a: !!omap [x: 1]\n', 'a: !b c\n', '%TAG ! tag:x,2000:\n---\na: !b c\n'],
  'found a key that is no word': ['name: {{ name }}\n', '{a: b}: c\n', '? [a]\n: b\n'],
  'found a merge key': ['a: &a {b: 1}\nc:\n  <<: *a\n'],
  'found an anchor that contains itself': ['a: &a [*a]\n'],
  'too many uses of an alias': [
    `a: &a x\nb: [${'*a,'.repeat(20_000)}*a]\n`,
    `a: &a [${'x,'.repeat(9)}]\n${['b', 'c', 'd', 'e', 'f', 'g'].map((to, at) => `${to}: &${to} [${`*${'abcdef'[at]},`.repeat(9)}]\n`).join('')}`,
  ],
  'nested too deeply': ['['.repeat(3000), `a: ${'{a: '.repeat(40)}1${'}'.repeat(40)}\n`],
  'a secret (not shown)': [
    'password: hunter2\n',
    'idServer: { url: "https://u:hunter2@x.org" }\n',
    'idServer: { url: "https:u:hunter2@x.org" }\n',
    'idServer: { url: "https:/u:hunter2@x.org" }\n',
    "idServer: { url: 'https:\\\\u:hunter2@x.org' }\n",
    'x: "https://hunter2@x.org"\n',
  ],
};

test.each(Object.entries(DOCUMENTS).flatMap(([said, texts]) => texts.map((text) => [text, said] as const)))(
  '%.60j is refused without a stack trace, a secret or a wait: %s',
  async (text, said) => {
    const file = await fileOf('site.yaml', text);
    const error: unknown = await loadSite(file).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConfigInvalid', message: expect.stringContaining(said) });
    expect((error as Error).message).not.toContain('hunter2');
  },
  10_000,
);

test('what a file holds changes no other text of the terminal', async () => {
  const file = await fileOf('site.yaml', '"na\\x1b[2Jme\\u202e": 1\nzone: "\\x9b31m\\u202eA"\n');
  const { message } = await loadSite(file).then(
    () => expect.fail('it was accepted'),
    (error: unknown) => error as Error,
  );
  expect(message).toContain('na\\u001b[2Jme\\u202e');
  expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('files that are none, and files that never end, are refused at once', async () => {
  const folder = dirname(await fileOf('site.yaml', ''));
  const at = (name: string) => join(folder, name);
  await mkdir(at('directory'));
  await execa('sh', ['-c', 'mkfifo "$1"', 'sh', at('fifo')]);
  await symlink('loop', at('loop'));
  await symlink('nowhere', at('dangling'));
  await symlink('/dev/zero', at('zero'));
  await symlink('directory', at('to-directory'));
  await writeFile(at('huge'), Buffer.alloc(17 * 1024 * 1024, 'a'));
  await writeFile(at('zeros'), Buffer.alloc(100));
  const server = createServer().listen(at('socket'));
  onTestFinished(() => void server.close());
  const files: Readonly<Record<string, readonly string[]>> = {
    '(ENOENT)': [at('none'), '', at('dangling')],
    '(ENOTDIR)': [at('site.yaml/x'), at('site.yaml/')],
    '(ELOOP)': [at('loop')],
    '(ENAMETOOLONG)': [at('a'.repeat(300)), `/${'a/'.repeat(5000)}`],
    '(ERR_INVALID_ARG_VALUE)': ['a\0b'],
    '(ENXIO)': [at('socket')],
    'a directory': [folder, '/', at('to-directory'), '.'],
    'a special file': [at('fifo'), '/dev/null', '/dev/zero', '/dev/random', at('zero')],
    'a file of': [at('huge')],
    'a zero byte': [at('zeros'), '/proc/self/environ', '/proc/self/cmdline'],
    'no readable file': ['/proc/self/mem', '/proc/self/clear_refs', '/proc/self/pagemap'],
  };
  for (const [said, names] of Object.entries(files))
    for (const name of names) expect([name, await reading(name)]).toEqual([name, expect.stringContaining(said)]);
});

const reading = (name: string) => readTextFile(name).then(String, (error: unknown) => (error as Error).message);

/** Bytes that are no text in UTF-8, and what is said. */
const ENCODINGS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'text in UTF-16': [
    [0xff, 0xfe],
    [0xfe, 0xff],
    [0xff, 0xfe, 0x61, 0],
    [0xfe, 0xff, 0, 0x61],
    [0x61, 0, 0x62, 0],
    [0, 0x61, 0, 0x62],
    [0xff, 0xfe, 0, 0],
  ],
  'a zero byte': [
    [0x61, 0x62, 0],
    [0, 0, 0xfe, 0xff],
    [0x61, 0x0a, 0x62, 0],
    [0, 0],
  ],
  'a byte that is no UTF-8': [
    ...[0x80, 0xbf, 0xc0, 0xc1, 0xc3, 0xe0, 0xed, 0xf0, 0xf5, 0xf8, 0xfc, 0xfe].map((byte) => [0x61, byte]),
    // CP949, Latin-1, Windows-1252, Shift-JIS; overlong; half of a pair; beyond the last character; cut off
    [0xc7, 0xd0, 0xb9, 0xf8],
    [0x4d, 0xfc, 0x6c],
    [0x93, 0x61, 0x94],
    [0x82, 0xa0],
    [0xc0, 0xaf],
    [0xe0, 0x80, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xea, 0xb0],
    [0xef, 0xbb, 0xbf, 0xff],
    [0x1f, 0x8b, 0x08],
    [0x89, 0x50, 0x4e, 0x47],
  ],
};

test.each(Object.entries(ENCODINGS).flatMap(([said, all]) => all.map((bytes) => [bytes, said] as const)))(
  'the bytes %j are refused: %s',
  async (bytes, said) => {
    const file = await fileOf('a.csv', '');
    await writeFile(file, Buffer.from(bytes));
    expect(await reading(file)).toContain(said);
  },
);
