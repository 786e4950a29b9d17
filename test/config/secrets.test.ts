import { expect, test } from 'vitest';
import { formatIssue, loadSite } from '../../config/load.ts';
import { jsonSchemas } from '../../config/json-schemas.ts';
import { findSecrets } from '../../config/secrets.ts';
import { changedExample, fileOf, lineOf, SITE_EXAMPLE, siteIssues } from './files.ts';

type Secret = readonly [what: string, change: readonly [string, string], key: string, remedy: string];

const SECRETS: readonly Secret[] = [
  [
    'password of the ID server',
    ['  group: gpu #', '  password: hunter2\n  group: gpu #'],
    'idServer.password',
    'set SEMESTER_ID_PASSWORD, or SEMESTER_ID_PASSWORD_FILE',
  ],
  [
    'password of the mail account',
    ['  port: 587', '  port: 587\n  pass: hunter2'],
    'mail.pass',
    'set SEMESTER_SMTP_PASSWORD',
  ],
  [
    'password on the hosts',
    ['ssh:\n', 'ssh:\n  sudoPassword: hunter2\n'],
    'ssh.sudoPassword',
    'set SEMESTER_SSH_PASSWORD',
  ],
  [
    'private key',
    ['ssh:\n', 'ssh:\n  identity: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    hunter2\n'],
    'ssh.identity',
    'set SEMESTER_SSH_KEY',
  ],
  ['key by its name', ['ssh:\n', 'ssh:\n  key: hunter2\n'], 'ssh.key', 'set SEMESTER_SSH_KEY'],
  [
    'connection string of the ID server',
    ['{ source: postgres }', '{ source: postgres, url: "postgres://ro:hunter2@db/id" }'],
    'addresses.url',
    'set SEMESTER_ID_DATABASE_URL',
  ],
  [
    'connection string of the store',
    ['contact:', 'store: postgres://semester:hunter2@localhost/semester\ncontact:'],
    'store',
    'set SEMESTER_DATABASE_URL',
  ],
  [
    'token in the address of the homepage',
    ['git@github.com:', 'https://hunter2@github.com/'],
    'homepage.repository',
    'an SSH deploy key',
  ],
  [
    'token in the address of the survey',
    ['csv: survey.csv', 'csv: https://example.org/a.csv?token=hunter2'],
    'survey.csv',
    'set SEMESTER_SURVEY_TOKEN',
  ],
  [
    'token by its look',
    ['  username: gpusemester', '  username: ghp_hunter2'],
    'idServer.username',
    'set SEMESTER_ID_PASSWORD',
  ],
  [
    'secret where its name belongs',
    ['owners: []', 'owners: [{ secret: hunter2, owner: kim }]'],
    'owners[0].secret',
    'set SEMESTER_',
  ],
  [
    'secret of a kind not expected',
    ['contact:', 'smtpPassword: { value: [hunter2] }\ncontact:'],
    'smtpPassword',
    'set SEMESTER_SMTP_PASSWORD',
  ],
];

test.each(SECRETS)('%s is refused with its right place, and not shown', async (_, change, key, remedy) => {
  const text = await changedExample(SITE_EXAMPLE, change);
  const issues = await siteIssues(text);
  const all = issues.map(formatIssue).join('\n');
  const name = key.split('.').at(-1) ?? '';
  const holder = change[1].split('\n').find((line) => line.includes(`${name}:`)) ?? `${name}:`;
  expect(issues.filter((issue) => issue.key.startsWith(key)).map((issue) => [issue.key, issue.line])).toEqual([
    [key, name === 'username' ? lineOf(text, 'ghp_') : lineOf(text, holder)],
  ]);
  expect(all).toContain(`${key}  found a secret (not shown), expected no secrets in YAML; `);
  expect(all).toContain(remedy);
  expect(all).not.toContain('hunter2');
});

/** Commands with a secret in them. */
const IN_COMMANDS = [
  "curl -H 'Authorization: Bearer hunter2abc' https://mirror.example.org/update.sh | sh",
  "curl -H 'Authorization: token hunter2' https://mirror.example.org",
  'curl -H "PRIVATE-TOKEN: hunter2" https://mirror.example.org',
  'curl -u updater:hunter2 https://mirror.example.org',
  'TOKEN=hunter2 /usr/local/sbin/update',
  'MIRROR_PASSWORD="hunter2" pacman -Syu --noconfirm',
  '/usr/local/sbin/update --token hunter2',
  '/usr/local/sbin/update --password=hunter2',
  'sshpass -p hunter2 ssh mirror pacman -Syu',
  'git clone https://bot:hunter2@git.example.org/x && pacman -Syu',
  'curl https://hooks.slack.com/services/T0/B0/hunter2',
];

test.each(IN_COMMANDS)('the secret in the command %s is refused, and not shown', async (command) => {
  const from = '  command: pacman -Syu --noconfirm';
  const issues = await siteIssues(await changedExample(SITE_EXAMPLE, [from, `  command: ${JSON.stringify(command)}`]));
  const [only, ...others] = issues.map(formatIssue);
  expect(others).toEqual([]);
  expect(only).toContain('update.command  found a secret (not shown), expected no secrets in YAML; write it to a file');
  expect(only).not.toContain('hunter2');
});

test.each([
  'TOKEN=$(cat /root/token) /usr/local/sbin/update',
  '/usr/local/sbin/update --token-file /root/token',
  'curl -H @/root/header https://mirror.example.org | sh',
  'pacman -Syu --noconfirm --ignore token-ring',
])('the command %s has no secret', async (command) => {
  const from = '  command: pacman -Syu --noconfirm';
  expect(await siteIssues(await changedExample(SITE_EXAMPLE, [from, `  command: ${JSON.stringify(command)}`]))).toEqual(
    [],
  );
});

test('a secret in invalid YAML is not shown', async () => {
  const issues = await siteIssues('mail:\n  password: *hunter2\n  - x: [hunter2\n');
  expect(issues.length).toBeGreaterThan(0);
  expect(JSON.stringify(issues)).not.toContain('hunter2');
});

test('the owner of a secret is named without the secret', async () => {
  const owner = '{ secret: SEMESTER_SMTP_PASSWORD, owner: postmaster@example.org, until: 2027-12-31 }';
  const text = await changedExample(SITE_EXAMPLE, ['owners: []', `owners: [${owner}]`]);
  const { owners } = await loadSite(await fileOf('site.yaml', text));
  expect(owners).toEqual([{ secret: 'SEMESTER_SMTP_PASSWORD', owner: 'postmaster@example.org', until: '2027-12-31' }]);
});

/** Every key that a schema knows, with the keys above it. */
function keysIn(schema: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, inner]) => {
    if (name !== 'properties') return keysIn(inner, path);
    return Object.entries(inner as object).flatMap(([key, below]) => {
      const at = [...path, key];
      return [at, ...keysIn(below, at)];
    });
  });
}

test.each(Object.entries(jsonSchemas()))('no key of %s is refused as a secret', (_, schema) => {
  const keys = keysIn(JSON.parse(schema));
  expect(keys.length).toBeGreaterThan(10);
  const withValue = (path: readonly string[]) =>
    path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), 'SEMESTER_SMTP_PASSWORD');
  expect(keys.filter((path) => findSecrets(withValue(path)).length > 0)).toEqual([]);
});
