import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import getPort from 'get-port';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readBehind } from '../../activities/epoch/recovery.ts';
import { openStore } from '../../activities/store/open.ts';
import { run } from '../../client/main.ts';
import { type Cluster, createCluster } from '../../lab/services/id-server/cluster.ts';
import { digestsOf } from '../../recovery/files.ts';
import { SITE_EXAMPLE } from '../config/files.ts';
import { recorder, resultOf } from '../client/io.ts';

/** The commands of a recovery, with PostgreSQL and its own programs. */
const address = '127.0.0.1';
const key = { semester: '2027-spring', kind: 'notice-0', edition: 0, person: 'erin' };
let dir: string;
let cluster: Cluster;
let identity: string;
const at = (...names: string[]) => path.join(dir, ...names);

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'backup-'));
  // The account of PostgreSQL enters it.
  await chmod(dir, 0o711);
  cluster = await createCluster({
    dir: at('pg'),
    address,
    port: await getPort({ host: address }),
    password: 'pass-word',
  });
  await cluster.start();
  identity = await generateX25519Identity();
  await writeFile(at('key.txt'), `# created: today\n${identity}\n`);
  const site = (await readFile(SITE_EXAMPLE, 'utf8')).replace(/^stateDir:.*$/m, `stateDir: ${at('state')}`);
  await mkdir(at('etc', 'secrets'), { recursive: true });
  const recipient = await identityToRecipient(identity);
  await writeFile(
    at('etc', 'site.yaml'),
    `${site}\nbackup:\n  recipients: [${recipient}]\n  folder: ${at('backups')}\n  keep: 2\n`,
  );
  await writeFile(at('etc', 'allowed_signers'), 'kim ssh-ed25519 AAAA\n');
  await writeFile(at('etc', 'secrets', 'payload-keys'), 'k-1:very-secret-key');
  await mkdir(at('state', 'exports'), { recursive: true });
  await mkdir(at('state', 'homepage'));
  await writeFile(at('state', 'exports', 'members.csv'), 'erin,이에린\n');
  await writeFile(at('state', 'acts'), '');
  await databases('one');
  await query(
    'temporal_one',
    'CREATE TABLE executions (id int)',
    'INSERT INTO executions SELECT generate_series(1, 1000)',
  );
  const store = await openStore({ dir: at('state'), databaseUrl: url('store_one') });
  await store.claimMail(key, '<m@x>');
  await store.settleMail(key, 'sent', '250 ok');
  await store.close();
});
afterAll(async () => {
  await cluster.end();
  await rm(dir, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

const url = (name: string) => cluster.url('admin').replace(/postgres$/, name);

async function query(database: string, ...statements: string[]): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url(database) });
  await client.connect();
  let rows: readonly Record<string, unknown>[] = [];
  for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
  await client.end();
  return rows;
}

async function databases(name: string): Promise<void> {
  for (const one of ['store', 'temporal', 'temporal_visibility'])
    await query('postgres', `CREATE DATABASE ${one}_${name}`);
}

/** A command of the machine whose PostgreSQL holds the databases `name`. */
async function semester(name: string, ...args: string[]) {
  vi.stubEnv('SEMESTER_DATABASE_URL', url(`store_${name}`));
  vi.stubEnv('SEMESTER_TEMPORAL_DATABASE_URL', `${url(`temporal_${name}`)}\n${url(`temporal_visibility_${name}`)}\n`);
  const io = recorder();
  const code = await run(args, io);
  return { code, said: [...io.lines, ...io.notes].join('\n'), out: io.lines.join('\n') };
}

const backup = () => semester('one', 'backup', '--site', at('etc/site.yaml'), '--secrets', at('etc/secrets'), '--json');
const restore = (name: string, file: string, ...args: string[]) =>
  semester(
    name,
    'restore-service',
    file,
    '--identity',
    at('key.txt'),
    '--site',
    at(name, 'etc/site.yaml'),
    '--secrets',
    at(name, 'etc/secrets'),
    ...args,
  );
const files = async () => (await readdir(at('backups'))).toSorted();
const newest = async () => at('backups', (await files()).at(-1) ?? '');

test('a backup holds every part, encrypted, was read back, and the oldest file goes', async () => {
  for (let n = 0; n < 3; n++) {
    // Their names hold the second.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2027-02-03T00:00:00Z') + n * 1000 });
    const made = await backup().finally(() => vi.useRealTimers());
    expect(made.code).toBe(0);
    expect(resultOf(made.out)).toMatchObject({ parts: ['site', 'secrets', 'state', 'store', 'temporal'] });
  }
  expect(await files()).toEqual([1, 2].map((n) => `gpu-semester-bacchus-2027-02-03T00-00-0${n}Z.age`));
  const bytes = await readFile(await newest());
  for (const word of ['very-secret-key', 'erin', 'ssh-ed25519', 'executions']) expect(bytes.includes(word)).toBe(false);
});

test('a damaged file, a shortened one and a wrong identity are refused before anything is written', async () => {
  const bytes = await readFile(await newest());
  await databases('damaged');
  const damaged = Buffer.from(bytes);
  damaged[damaged.length - 100]! ^= 1;
  for (const [name, content] of [
    ['flipped', damaged],
    ['short', bytes.subarray(0, -70_000)],
  ] as const) {
    await writeFile(at(name), content);
    expect(await restore('damaged', at(name))).toMatchObject({ code: 1 });
  }
  await writeFile(at('other.txt'), await generateX25519Identity());
  const wrong = await semester('damaged', 'restore-service', await newest(), '--identity', at('other.txt'));
  expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('cannot be decrypted') });
  expect(await readdir(dir)).not.toContain('damaged');
  expect(await query('store_damaged', "SELECT 1 AS one FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
});

test('a restore on an empty machine brings everything back, once, and nothing acts before a person has looked', async () => {
  await query('postgres', 'CREATE DATABASE store_two');
  const before = await digestsOf(at('state'));
  await rm(at('state'), { recursive: true });
  // The names of Temporal's databases are part of the backup.
  const renamed = await restore('two', await newest(), '--only', 'site', 'secrets', 'state', 'store');
  expect(renamed).toMatchObject({ code: 0, said: expect.stringContaining('semester recover') });
  expect(await digestsOf(at('two', 'etc'))).toEqual(await digestsOf(at('etc')));
  expect(await digestsOf(at('state'))).toEqual(before);
  const store = await openStore({ dir: at('state'), databaseUrl: url('store_two') });
  expect(await store.listMail('2027-spring')).toMatchObject([{ ...key, state: 'sent', answer: '250 ok' }]);
  expect(await readBehind(store)).toMatchObject({ missing: [] });

  const asked = await semester(
    'two',
    'recover',
    '--by',
    'kim',
    '--site',
    at('two', 'etc/site.yaml'),
    '--yes',
    '--json',
  );
  expect(resultOf(asked.out)).toMatchObject({ text: expect.stringContaining('acts again') });
  expect(asked).toMatchObject({ code: 0, said: expect.stringContaining('acts again') });
  expect(await readBehind(store)).toBeNull();
  await store.close();
  const again = await restore('two', await newest(), '--only', 'store');
  expect(again).toMatchObject({ code: 2, said: expect.stringContaining('not empty') });
  const site = await restore('two', await newest(), '--only', 'site');
  expect(site).toMatchObject({ code: 2, said: expect.stringContaining('Nothing was changed') });
});

test("Temporal's databases come back whole; a server that has started there is not overwritten", async () => {
  const names = ['temporal_one', 'temporal_visibility_one'];
  const [identity, site] = [at('key.txt'), at('etc/site.yaml')];
  const restoreTemporal = async () =>
    semester('one', 'restore-service', await newest(), '--identity', identity, '--site', site, '--only', 'temporal');
  const refused = await restoreTemporal();
  expect(refused).toMatchObject({
    code: 2,
    said: expect.stringContaining('temporal_one is not empty: it has 1 tables'),
  });
  for (const name of names) await query('postgres', `DROP DATABASE ${name}`);
  const restored = await restoreTemporal();
  expect(restored).toMatchObject({ code: 0 });
  expect(await query('temporal_one', 'SELECT count(*)::int AS n FROM executions')).toEqual([{ n: 1000 }]);
});
