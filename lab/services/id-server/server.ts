import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import pg from 'pg';
import type { LabPerson } from '../../people.ts';
import { type Child, startChild } from '../children.ts';
import type { LabIdServer } from '../types.ts';
import { createCluster } from './cluster.ts';
import { ACCOUNTS, GPU_GROUP, seed } from './seed.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

async function query<T extends pg.QueryResultRow>(url: string, text: string, values: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the ID server on `address`, with its own PostgreSQL below `dir` that holds `people`. */
export async function startIdServer(a: {
  dir: string;
  address: string;
  people: readonly LabPerson[];
}): Promise<LabIdServer & { end(): Promise<void> }> {
  const password = randomBytes(12).toString('hex');
  const databasePort = await getPort({ host: a.address });
  const port = await getPort({ host: a.address, exclude: [databasePort] });
  const cluster = await createCluster({
    dir: join(a.dir, 'postgres'),
    address: a.address,
    port: databasePort,
    password,
  });
  await cluster.start();
  await seed(cluster.url('admin'), a.people, password);

  let server: Child;
  const serve = async () => {
    await cluster.start();
    server = startChild([process.execPath, 'lab/services/id-server/main.ts'], {
      cwd: REPOSITORY,
      log: join(a.dir, 'id-server.log'),
      env: { PATH: process.env['PATH'], DATABASE_URL: cluster.url('id_server'), HOST: a.address, PORT: String(port) },
    });
    await server.firstOutput;
  };
  await serve();

  const names = async (table: 'user_memberships' | 'pending_user_memberships') =>
    (
      await query<{ name: string }>(
        cluster.url('admin'),
        `select coalesce(u.username, u.idx::text) as name from ${table} m join users u on u.idx = m.user_idx
         join groups g on g.idx = m.group_idx where g.identifier = $1`,
        [GPU_GROUP],
      )
    )
      .map((row) => row.name)
      .toSorted();

  return {
    url: `http://${a.address}:${port}`,
    username: ACCOUNTS.service.username,
    password,
    group: GPU_GROUP,
    databaseUrl: cluster.url('reader'),
    adminUrl: cluster.url('admin'),
    async restart() {
      await server.end();
      await serve();
    },
    stop: () => server.end(),
    async killDatabase() {
      await cluster.end();
      await server.ended;
    },
    async requestJoin(user) {
      await query(
        cluster.url('admin'),
        `insert into pending_user_memberships (user_idx, group_idx)
         select u.idx, g.idx from users u, groups g where u.username = $1 and g.identifier = $2 on conflict do nothing`,
        [user, GPU_GROUP],
      );
    },
    members: () => names('user_memberships'),
    pending: () => names('pending_user_memberships'),
    async end() {
      await server.end();
      // Immediate shutdown: PostgreSQL ends its children, and this cluster is never started again.
      await cluster.end('SIGQUIT');
    },
  };
}
