import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openStore } from '../../../activities/store/open.ts';
import type { Store } from '../../../activities/store/store.ts';
import { type Cluster, createCluster } from '../../../lab/services/id-server/cluster.ts';
import { run } from '../../../client/main.ts';
import { copyEmptyStore } from '../../../lab/setup/empty-store.ts';
import { SITE_EXAMPLE } from '../../config/files.ts';
import { recorder, resultOf } from '../../client/io.ts';
import { agreeDockerRanges, promisedRanges } from '../../../activities/hosts/docker/docker-ranges.ts';
import { rangeDependencies } from '../hosts/docker/range-dependencies.ts';
import { storeSuite } from './suite.ts';

describe('the store on PostgreSQL', () => {
  const address = '127.0.0.1';
  let dir: string;
  let cluster: Cluster;
  let stores: Store[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'store-'));
    cluster = await createCluster({ dir, address, port: await getPort({ host: address }), password: 'pass-word' });
    await cluster.start();
    // Two workers that start concurrently, on an empty database.
    stores = await Promise.all([1, 2].map(() => openStore({ databaseUrl: cluster.url('admin'), dir })));
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await cluster.end();
    await rm(dir, { recursive: true, force: true });
  });

  storeSuite(() => stores[0]!);

  test('exactly one of two workers may send a mail', async () => {
    const key = { semester: 's', kind: 'deadline', edition: 0, person: 'p' };
    const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]!.claimMail(key, '<m@x>')));
    expect(claims.filter((claim) => claim === null)).toHaveLength(1);
  });

  test('two workers that reserve Docker ranges concurrently reserve different ones', async () => {
    const workers = stores.map((store) => agreeDockerRanges(rangeDependencies(store)));
    const users = Array.from({ length: 12 }, (_, n) => `user${n}`);
    await Promise.all(users.map((user, n) => workers[n % 2]!({ users: [user] })));
    const starts = Object.values(await promisedRanges(stores[0]!, 'lab')).map(({ start }) => start);
    expect(starts.toSorted((a, b) => a - b)).toEqual(users.map((_, n) => 100_000 + n * 65_536));
  });

  test('the store retries a database that does not answer, and the error does not contain its password', async () => {
    const databaseUrl = `postgres://admin:pass-word@${address}:${await getPort({ host: address })}/postgres`;
    const failure = await openStore({ databaseUrl, dir }).catch((error: Error) => error);
    expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
    expect((failure as Error).message).toMatch(/ECONNREFUSED/);
    expect((failure as Error).message).not.toContain('pass-word');
  });

  const admin = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: cluster.url('admin') });
    await client.connect();
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
    await client.end();
    return rows;
  };

  test('PostgreSQL killed between a settled mail and the next one: the entry is on the disk', async () => {
    const key = { semester: 'killed', kind: 'notice-0', edition: 0, person: 'erin' };
    await stores[0]!.claimMail(key, '<m@x>');
    await stores[0]!.settleMail(key, 'sent', '250 ok');
    // What the server has flushed with fdatasync reaches at least to the end of what it has written.
    const [wal] = await admin('SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() AS flushed');
    expect(wal).toEqual({ flushed: true });
    await cluster.end('SIGKILL');
    await cluster.start();
    expect(await stores[1]!.listMail('killed')).toMatchObject([{ ...key, state: 'sent', answer: '250 ok' }]);
  });

  test.each(['fsync', 'synchronous_commit', 'full_page_writes'])(
    'a PostgreSQL with %s off is refused',
    async (name) => {
      await admin(`ALTER SYSTEM SET ${name} = off`, 'SELECT pg_reload_conf()');
      const open = () => openStore({ databaseUrl: cluster.url('admin'), dir });
      // The reload reaches a new connection a moment later.
      await expect.poll(() => admin(`SHOW ${name}`)).toEqual([{ [name]: 'off' }]);
      await expect(open()).rejects.toMatchObject({ type: 'ConfigInvalid', message: expect.stringContaining(name) });
      await admin(`ALTER SYSTEM RESET ${name}`, 'SELECT pg_reload_conf()');
      await expect.poll(() => admin(`SHOW ${name}`)).toEqual([{ [name]: 'on' }]);
      await (await open()).close();
    },
  );

  test('an embedded store moves to an empty PostgreSQL, whole and once', async () => {
    const stateDir = join(dir, 'state');
    await copyEmptyStore(stateDir);
    const site = join(dir, 'site.yaml');
    await writeFile(site, (await readFile(SITE_EXAMPLE, 'utf8')).replace(/^stateDir:.*$/m, `stateDir: ${stateDir}`));
    const key = { semester: 'moved', kind: 'notice-0', edition: 0, person: 'erin' };
    const embedded = await openStore({ dir: stateDir });
    const digest = await embedded.putDocument({ text: 'ends\u0000 here', homes: 2 ** 41 });
    await embedded.claimMail(key, '<m@x>');
    await embedded.settleMail(key, 'sent', '250 ok');
    const entries = await embedded.listMail('moved');

    await admin('CREATE DATABASE moved');
    const databaseUrl = cluster.url('admin').replace(/postgres$/, 'moved');
    vi.stubEnv('SEMESTER_DATABASE_URL', databaseUrl);
    const move = async () => {
      const io = recorder();
      return {
        code: await run(['store', 'move', '--site', site, '--json'], io),
        said: [...io.lines, ...io.notes].join('\n'),
      };
    };
    expect(await move()).toMatchObject({ code: 2, said: expect.stringContaining('another worker') });
    await embedded.close();
    const done = await move();
    expect([done.code, resultOf(done.said)]).toMatchObject([0, { rows: 2 }]);
    const moved = await openStore({ databaseUrl, dir: stateDir });
    expect(await moved.listMail('moved')).toEqual(entries);
    expect(await moved.getDocument(digest)).toEqual({ text: 'ends\u0000 here', homes: 2 ** 41 });
    await moved.close();
    expect(await move()).toMatchObject({ code: 2, said: expect.stringContaining('nothing to move') });
    await copyEmptyStore(stateDir);
    expect(await move()).toMatchObject({ code: 2, said: expect.stringContaining('not empty') });
    vi.unstubAllEnvs();
  });
});
