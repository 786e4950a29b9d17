import makeFetchCookie from 'fetch-cookie';
import { expect } from 'vitest';
import { startServer } from '../activities/id-server/fixtures.ts';

/** Row numbers; `M` members, `P` pending, `B` both, `N` neither, and without a username. */
export const [M1, M2, P1, P2, B, N] = [101, 102, 103, 104, 105, 106] as const;

export const BEFORE = [
  [M1, M2, B],
  [P1, P2, B],
] as const;

export type Call = (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;

/** A lab ID server with six more accounts in known states, and callers that keep cookies. */
export async function startContract() {
  const lab = await startServer();
  const { server, sql } = lab;
  const login = (username = server.username, password = server.password) => ({ username, password });
  const client = (): Call => {
    const fetchWithCookies = makeFetchCookie(fetch);
    return (path, body, headers = { 'content-type': 'application/json' }) =>
      fetchWithCookies(`${server.url}${path}`, {
        ...(body !== undefined && {
          method: 'POST',
          headers,
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      });
  };
  const list = async (table: string) =>
    (await sql(`select user_idx from ${table} where group_idx = 2 and user_idx between 101 and 106 order by 1`)).map(
      (row) => row['user_idx'],
    );
  return {
    ...lab,
    login,
    client,
    async signedIn(username?: string) {
      const own = client();
      expect((await own('/api/login', login(username))).status).toBe(200);
      return own;
    },
    /** The two cookies of a new session, each as `name=value`. */
    async cookies() {
      const reply = await client()('/api/login', login());
      return reply.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
    },
    /** `[uids of members, uids of pending]` among the six, from the database itself. */
    state: async () => [await list('user_memberships'), await list('pending_user_memberships')],
    async arrange() {
      await sql(`delete from users where idx > 100;
        insert into users (idx, username, name)
          select n, case when n <> 106 then 'user' || n end, '사람' || n from generate_series(101, 106) n;
        insert into student_numbers (student_number, owner_idx) values ('2023-101', 101), ('2025-101', 101);
        insert into user_memberships (user_idx, group_idx) values (101, 2), (102, 2), (105, 2);
        insert into pending_user_memberships (user_idx, group_idx) values (103, 2), (104, 2), (105, 2)`);
    },
  };
}
