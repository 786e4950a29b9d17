import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadSite } from '../../../config/load.ts';
import type { Site } from '../../../domain/site.ts';
import { PEOPLE } from '../../../lab/people.ts';
import { startIdServer } from '../../../lab/services/id-server/server.ts';
import { SITE_EXAMPLE } from '../../config/files.ts';

const example = await loadSite(SITE_EXAMPLE);

/** The example site with another ID server and state folder. */
export const siteWith = (change: Partial<Site['idServer']>, more: Partial<Site> = {}): Site => ({
  ...example,
  language: 'en',
  idServer: { ...example.idServer, ...change },
  ...more,
});

/** A lab ID server with its people, and a way to change its rows. `close` removes everything. */
export async function startServer() {
  const dir = await mkdtemp(join(tmpdir(), 'id-server-'));
  chmodSync(dir, 0o711);
  const server = await startIdServer({ dir, address: '127.0.0.1', people: PEOPLE });
  const pool = new pg.Pool({ connectionString: server.adminUrl });
  pool.on('error', () => undefined);
  return {
    dir,
    server,
    sql: async (text: string) => (await pool.query(text)).rows as Record<string, unknown>[],
    site: () => siteWith({ url: server.url, username: server.username, group: server.group }, { stateDir: dir }),
    /** Resets memberships and requests to the lab's people; other accounts above row 1,000 go. */
    async reset() {
      await pool.query(`delete from users where idx > 1000;
        delete from user_memberships where group_idx = 2; delete from pending_user_memberships where group_idx = 2`);
      for (const [table, people] of [
        ['user_memberships', PEOPLE.filter((person) => person.member)],
        ['pending_user_memberships', PEOPLE.filter((person) => person.pending)],
      ] as const)
        await pool.query(`insert into ${table} (user_idx, group_idx) select unnest($1::int[]), 2`, [
          people.map((person) => person.idx),
        ]);
    },
    async close() {
      await pool.end();
      await server.end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Row number of one of the lab's people. */
export function uidOf(user: string): number {
  const person = PEOPLE.find((one) => one.user === user);
  if (!person) throw new Error(`nobody is called ${user}`);
  return person.idx;
}

/** Members 1001 to 1001 + count - 1, and their row numbers. */
export const manyMembers = (count: number, table = 'user_memberships') => ({
  uids: Array.from({ length: count }, (_, at) => 1001 + at),
  sql: `insert into users (idx, username, name) select n, 'user' || n, 'x' from generate_series(1001, ${1000 + count}) n;
    insert into ${table} (user_idx, group_idx) select n, 2 from generate_series(1001, ${1000 + count}) n`,
});
