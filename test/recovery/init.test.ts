import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../client/exit.ts';
import { run } from '../../client/main.ts';
import { newKey } from '../../codec/keys.ts';
import { loadSite } from '../../config/load.ts';
import { recorder, resultOf } from '../client/io.ts';
import { top } from '../documents.ts';

let scratch: string;
let folder: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'semester-init-test-'));
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'kim', '-f', path.join(scratch, 'kim')]);
  const key = await readFile(path.join(scratch, 'kim.pub'), 'utf8');
  await writeFile(path.join(scratch, 'two.pub'), `${key}lee namespaces="gpu-semester" ${key}`);
  const git = (...args: string[]) => execa('git', ['-C', path.join(scratch, 'homepage'), ...args]);
  await execa('git', ['init', '-q', '-b', 'trunk', path.join(scratch, 'homepage')]);
  await writeFile(
    path.join(scratch, 'homepage/_config.yml'),
    'permalink: /:categories/:title/\ntimezone: Asia/Seoul\n',
  );
  await git('add', '.');
  await git('-c', 'user.name=kim', '-c', 'user.email=kim@example.org', 'commit', '-qm', 'Start');
});
afterAll(() => rm(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(path.join(scratch, 'site-'));
  for (const name of ['SEMESTER_PAYLOAD_KEYS', 'SEMESTER_PAYLOAD_KEYS_FILE', 'SEMESTER_SSH_KEY']) vi.stubEnv(name, '');
  return () => vi.unstubAllEnvs();
});

/** Nothing listens at any of these addresses. */
const FLAGS = {
  name: 'bacchus',
  hosts: 'asahi=127.0.0.1:1 bernini=127.0.0.2:1',
  storage: 'oloroso=127.0.0.3:1',
  'ssh-user': 'bacchus',
  'id-server': 'https://127.0.0.1:1',
  'id-account': 'gpusemester',
  'mail-server': 'smtp.example.org',
  'mail-from': 'Bacchus <gpu@example.org>',
  homepage: 'https://example.org',
  repository: 'homepage',
  agreement: 'https://example.org/terms',
  approvers: 'kim:kim@example.org:KEY lee:lee@example.org park:park@example.org',
  deadline: '2035-02-10',
  'period-from': '2035-03-02',
  'period-until': '2035-08-10',
} as const;

const wordsOf = (flags: Readonly<Record<string, string>>) =>
  Object.entries(flags).flatMap(([flag, value]) => [
    `--${flag}`,
    ...(['hosts', 'approvers'].includes(flag) ? value.split(' ') : [value]).map((word) =>
      word
        .replace(/KEY$/, path.join(scratch, 'kim.pub'))
        .replace(/TWO$/, path.join(scratch, 'two.pub'))
        .replace(/^homepage$/, path.join(scratch, 'homepage')),
    ),
  ]);

async function init(flags: Readonly<Record<string, string>> = FLAGS, ...more: string[]) {
  const io = recorder();
  const code = await run(['init', folder, ...wordsOf(flags), ...more], io);
  return { code, out: io.lines.join('\n'), notes: io.notes.join('\n') };
}

test('a host by its address has a name of its own', async () => {
  await init({ ...FLAGS, hosts: 'asahi=::1 bernini=[::1]:1' });
  const site = await loadSite(path.join(folder, 'site/site.yaml'), { starter: null });
  expect(site.hosts).toMatchObject([
    { name: 'asahi', address: '::1', port: 22 },
    { name: 'bernini', address: '::1', port: 1 },
  ]);
});

const read = (name: string) => readFile(path.join(folder, name), 'utf8');
const FILES = [
  'site/site.yaml',
  'site/allowed_signers',
  'secrets/semester_payload_keys',
  '2035-spring.yaml',
  'semester.env',
];

test('an empty folder becomes a site that check accepts, with the comments of the example', async () => {
  const { code, out } = await init();
  expect([code, out]).toEqual([EXIT.ok, expect.stringContaining('no errors')]);
  const site = await loadSite(path.join(folder, 'site/site.yaml'), { starter: null });
  expect(site).toMatchObject({
    protected: ['bacchus', 'root'],
    hosts: [{ name: 'asahi', port: 1 }, { name: 'bernini' }],
    homepage: { branch: 'trunk', permalink: '/:categories/:title/', zone: 'Asia/Seoul' },
    contact: 'gpu@example.org',
    update: { leader: 'asahi' },
    applications: { rules: [] },
  });
  expect(await read('site/site.yaml')).toMatch(/name is the value of --by|`name` is the value of --by/);
  expect(parse(await read('2035-spring.yaml'))).toMatchObject({
    name: '2035-spring',
    deadline: '2035-02-10',
    keep: [],
  });
  expect(await read('site/allowed_signers')).toMatch(/^kim namespaces="gpu-semester" ssh-ed25519 \S+ kim\n$/);
  expect((await stat(path.join(folder, 'secrets/semester_payload_keys'))).mode & 0o777).toBe(0o600);
  // Nobody could look at the servers, and the other approvers gave no key.
  expect(out).toMatch(/asahi \(.*ECONNREFUSED.* Complete sudo, gpu, gpuCount, cpu and memory of its line/);
  expect(out).toContain(`echo "lee namespaces=\\"gpu-semester\\" $(cat lee.pub)" >> `);
  expect(out).toContain(`semester start --semester ${folder}/2035-spring.yaml --by kim`);
});

test('a second run changes nothing, asks nothing and says what was there', async () => {
  await init();
  const before = await Promise.all(FILES.map(read));
  const { code, out } = await init({});
  expect([code, out.match(/was there, unchanged/g)?.length]).toEqual([EXIT.ok, FILES.length]);
  expect(await Promise.all(FILES.map(read))).toEqual(before);
});

test('worker, command line and compose file read one payload key', async () => {
  const key = newKey(new Date());
  vi.stubEnv('SEMESTER_PAYLOAD_KEYS', key);
  await init();
  expect((await read('secrets/semester_payload_keys')).trim()).toBe(key);
  expect(await read('semester.env')).toContain(`SEMESTER_PAYLOAD_KEYS_FILE=${folder}/secrets/semester_payload_keys\n`);
});

test('beside the compose file, its script and init leave each other the same key, and the containers get their paths', async () => {
  for (const name of ['docker-compose.yml', 'compose'])
    await cp(path.join(top, name), path.join(folder, name), { recursive: true });
  const { out } = await init();
  expect(out).toContain('docker compose up -d --build');
  const key = await read('secrets/semester_payload_keys');
  await execa(path.join(folder, 'compose/make-secrets.sh'));
  expect(await read('secrets/semester_payload_keys')).toBe(key);
  expect(await read('secrets/semester_database_url')).toMatch(/^postgres:\/\/semester:/);
  const { stateDir, ssh } = parse(await read('site/site.yaml')) as { stateDir: string; ssh: { knownHosts: string } };
  expect([stateDir, ssh.knownHosts]).toEqual(['/state', '/state/known_hosts']);
  await rm(path.join(folder, 'site'), { recursive: true });
  await init();
  expect(await read('secrets/semester_payload_keys')).toBe(key);
  const compose = parse(await read('docker-compose.yml')) as { secrets: Record<string, { file: string }> };
  expect(compose.secrets['semester_payload_keys']?.file).toBe('./secrets/semester_payload_keys');
});

test('without a terminal every missing flag is named at once, and nothing is written', async () => {
  const { code, notes } = await init({ name: 'bacchus', deadline: '2035-02-10' });
  expect(code).toBe(EXIT.usage);
  for (const flag of ['--hosts', '--storage', '--id-server', '--approvers']) expect(notes).toContain(flag);
  expect(notes).not.toMatch(/--name|--zone/);
  await expect(stat(path.join(folder, 'site'))).rejects.toThrow('ENOENT');
});

test.each([
  ['hosts', 'asahi.example.org:99999', /--hosts .*expected a port/],
  ['id-server', 'http://id.example.org', /--id-server .*expected an https address/],
  ['hosts', '192.0.2.7 192.0.2.8', /--hosts /],
  ['approvers', 'kim', /--approvers kim: expected an e-mail address/],
  [
    'approvers',
    'kim:kim@example.org:TWO',
    /--approvers: \S+two\.pub does not hold one public SSH key of kim, in one line/,
  ],
  ['deadline', 'tomorrow', /--deadline tomorrow: expected a day/],
  [
    'approvers',
    'kim:kim@example.org:nowhere.pub',
    /--approvers: the public key of kim, nowhere\.pub, cannot be read \(ENOENT\)/,
  ],
])('a wrong --%s is refused before anything is written', async (flag, value, said) => {
  const { code, notes } = await init({ ...FLAGS, [flag]: value });
  expect([code, notes]).toEqual([EXIT.usage, expect.stringMatching(said)]);
  await expect(stat(path.join(folder, 'site'))).rejects.toThrow('ENOENT');
});

test('a person at the terminal is asked for what no flag says, again after a slip', async () => {
  const io = recorder();
  const answers = ['five o’clock', '2035-02-10'];
  const asked: string[] = [];
  const { deadline: _, ...rest } = FLAGS;
  const ask = async (question: string) => {
    asked.push(question);
    return answers.shift() ?? '';
  };
  const code = await run(['init', folder, ...wordsOf(rest)], { ...io, ask });
  expect([code, asked.length, io.notes.join()]).toEqual([EXIT.ok, 2, expect.stringContaining('expected a day')]);
});

test('a secret is copied where the worker reads it, and never overwritten', async () => {
  const file = path.join(scratch, 'password');
  await writeFile(file, 'first\n');
  await init(FLAGS, '--id-password', file);
  await writeFile(file, 'second\n');
  const { out } = await init({}, '--id-password', file);
  expect(await read('secrets/semester_id_password')).toBe('first\n');
  expect(await read('semester.env')).toContain(`SEMESTER_ID_PASSWORD_FILE=${folder}/secrets/semester_id_password`);
  expect(out).not.toContain('semester_id_password');
});

test('--json prints files, open points and the commands to type', async () => {
  const { out } = await init(FLAGS, '--json');
  expect(resultOf(out)).toMatchObject({
    files: expect.arrayContaining([{ file: path.join(folder, 'site/site.yaml'), state: 'written' }]),
    open: expect.arrayContaining([expect.stringContaining('asahi')]),
    next: expect.arrayContaining([{ what: expect.any(String), type: ['semester doctor'] }]),
  });
});
