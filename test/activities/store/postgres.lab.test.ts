import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../activities/store/open.ts';
import type { Store } from '../../../activities/store/store.ts';
import { type Cluster, createCluster } from '../../../lab/services/id-server/cluster.ts';
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
});
