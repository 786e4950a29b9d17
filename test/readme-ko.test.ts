import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { program } from '../client/main.ts';
import { semesterSchema } from '../config/semester-schema.ts';
import { siteSchema } from '../config/site-schema.ts';
import { GATES } from '../domain/gates/index.ts';
import * as messages from '../workflows/messages.ts';
import { recorder } from './client/io.ts';
import { top } from './documents.ts';

/** README.ko.md is the whole manual of a Korean administrator: what the English documents have must be in it. */
const read = (file: string) => readFile(path.join(top, file), 'utf8');
let korean: string;
let headings: readonly string[];

beforeAll(async () => {
  korean = await read('README.ko.md');
  headings = headingsOf(korean);
});

/** Headings outside of code blocks. */
const headingsOf = (text: string): readonly string[] =>
  [...text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^#{1,4} (.*)$/gm)].map(([, heading = '']) => heading);

/** The Korean heading that treats each heading of the documents that an administrator needs; null: for developers, or reference. */
const TOPICS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'README.md': {
    'gpu-semester': 'gpu-semester 운영자 안내서',
    'See it': 'gpu-semester 운영자 안내서',
    'What it does': '순서대로',
    'On your own site': '처음 설치 (First set-up)',
    'When it asks for attention': '멈췄을 때',
    Develop: null,
    'What does not exist yet': null,
    More: null,
  },
  'docs/first-evening.md': {
    'The first evening': '처음 설치 (First set-up)',
    '1. Install': 'gpu-semester 운영자 안내서',
    '2. Write the files': '1. 설정 파일',
    '3. Check the files': '1. 설정 파일',
    '4. Start Temporal and the worker': '3. Temporal과 워커',
    '5. Pin the key of each host': '4. 시작하기 전에',
    '6. Check everything, then start': '4. 시작하기 전에',
  },
  'docs/running.md': {
    'Running the service': '3. Temporal과 워커',
    'Everything on one machine, with Docker Compose': '3. Temporal과 워커',
    Upgrades: '학기 중에 버전 올리기 (Upgrading)',
    'Upgrades of Temporal and PostgreSQL': null,
    'Mutual TLS': 'TLS와 API 키',
    'The worker with systemd': '3. Temporal과 워커',
    "Commands on the worker's machine": '그 밖의 명령',
    'Another Temporal: TLS, API key, profiles': 'TLS와 API 키',
  },
  'docs/encryption.md': {
    'What Temporal stores, and who can read it': '2. 자격 증명',
    'The key': '2. 자격 증명',
    'Change the key': '암호화 키 바꾸기',
    'The Temporal UI and the `temporal` command': '그 밖의 명령',
    'Without the key': null,
  },
  'docs/approvals.md': {
    'Who approved what': '게이트에서 하는 일',
    'The gates': '먼저 알아 둘 말',
    'Signed verdicts': '다른 컴퓨터의 키로 서명하기 (Signing elsewhere)',
    'Signed starts': '한 학기 (One semester)',
    Grants: '멈췄을 때',
    'Change approvers during a semester': '2. 자격 증명',
    'A chat': '2. 자격 증명',
    Audit: '그 밖의 명령',
  },
  'docs/messages.md': {
    'Messages to a running semester': '명령줄 없이 보내기 (Signals)',
    'What `done` does': '멈췄을 때',
    Examples: '명령줄 없이 보내기 (Signals)',
  },
  'docs/upgrading.md': {
    'Upgrading in the middle of a semester': '학기 중에 버전 올리기 (Upgrading)',
    'The upgrade': '학기 중에 버전 올리기 (Upgrading)',
    'Back to the old version': '학기 중에 버전 올리기 (Upgrading)',
    'A run does not replay': '학기 중에 버전 올리기 (Upgrading)',
    "Temporal's Worker Versioning": null,
  },
};

test.each(Object.keys(TOPICS))('every topic of %s has a place in README.ko.md', async (file) => {
  const topics = TOPICS[file] ?? {};
  expect(Object.keys(topics)).toEqual([...new Set(headingsOf(await read(file)))]);
  const places = Object.values(topics).filter((place) => place !== null);
  expect(places.filter((place) => !headings.includes(place))).toEqual([]);
});

test('README.ko.md shows every command, gate, signal and mail', async () => {
  const commands = (await program(recorder())).commands.map((command) => command.name());
  const mails = (await readdir(path.join(top, 'templates/mail/ko'))).map((name) => name.replace(/\.md$/, ''));
  const betweenWorkflows = await read('docs/messages.md').then((text) => [...text.matchAll(/^\| (`\w+`.*?) \|/gm)]);
  const signals = betweenWorkflows.flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);
  const known = Object.values(messages).map<string>(({ name }) => name);
  expect(signals.filter((name) => !known.includes(name))).toEqual([]);
  expect(signals.length).toBeGreaterThan(10);
  const missing = [
    ...commands.filter((name) => !new RegExp(`semester ${name}\\b`).test(korean)).map((name) => `semester ${name}`),
    ...GATES.map(({ name }) => name).filter((name) => !korean.includes(`\`${name}\` |`)),
    ...[...mails, ...signals].filter((name) => !korean.includes(`\`${name}\``)),
  ];
  expect(missing).toEqual([]);
});

test('README.ko.md names every mail by the subject that arrives', async () => {
  const missing: string[] = [];
  for (const name of await readdir(path.join(top, 'templates/mail/ko'))) {
    const [, subject = ''] = /^subject: "(.*)"$/m.exec(await read(`templates/mail/ko/${name}`)) ?? [];
    // What stands before its first variable part.
    const parts = subject.replace(/^\[.*?\] /, '').split(/\{\{.*?\}\}|\{%.*?%\}|[:(]/);
    const fixed = parts.map((part) => part.trim()).find((part) => part !== '') ?? '';
    if (fixed === '' || !korean.includes(fixed)) missing.push(`${name}: ${fixed}`);
  }
  expect(missing).toEqual([]);
});

test('README.ko.md names every top key of site.yaml and of the semester file', () => {
  const keys = [...Object.keys(siteSchema.shape), ...Object.keys(semesterSchema.shape)];
  expect(keys.filter((key) => !korean.includes(`\`${key}\``))).toEqual([]);
});

test('the Korean texts use one word for a user, and no literal translations', async () => {
  const files = ['README.ko.md', 'docs/at-3am.ko.md', 'templates/messages/ko.yaml'];
  const mails = (await readdir(path.join(top, 'templates/mail/ko'))).map((name) => `templates/mail/ko/${name}`);
  const odd: string[] = [];
  for (const file of [...files, ...mails]) {
    for (const [at, line] of (await read(file)).split('\n').entries())
      if (/이용자|쓰기 창|열린 창|내린 뒤|0 됨|\d시 00분|\b0시\b/.test(line)) odd.push(`${file}:${at + 1}: ${line}`);
  }
  expect(odd).toEqual([]);
});
