import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chmod } from 'node:fs/promises';
import makeFetchCookie from 'fetch-cookie';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PEOPLE } from '../../lab/people.ts';
import { createApp } from '../../lab/services/id-server/app.ts';
import { startIdServer } from '../../lab/services/id-server/server.ts';

let dir: string;
let server: Awaited<ReturnType<typeof startIdServer>>;
let pool: pg.Pool;
let call: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;

/** Row numbers; `M` members, `P` pending, `B` both, `N` neither. */
const [M1, M2, P1, P2, B, N] = [101, 102, 103, 104, 105, 106];
const GID = 2;

function client() {
  const fetchWithCookies = makeFetchCookie(fetch);
  return (path: string, body?: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetchWithCookies(`${server.url}${path}`, {
      ...(body !== undefined && {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
}

const login = (username = server.username, password = server.password) => ({ username, password });

async function signedIn(username?: string) {
  const own = client();
  expect((await own('/api/login', login(username))).status).toBe(200);
  return own;
}

/** `[uids of members, uids of pending]` among the six, from the database itself. */
async function state() {
  const read = async (table: string) =>
    (
      await pool.query<{ user_idx: number }>(
        `select user_idx from ${table} where group_idx = 2 and user_idx between 101 and 106 order by 1`,
      )
    ).rows.map((row) => row.user_idx);
  return [await read('user_memberships'), await read('pending_user_memberships')];
}

const BEFORE = [
  [M1, M2, B],
  [P1, P2, B],
];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'id-server-'));
  await chmod(dir, 0o711);
  server = await startIdServer({ dir, address: '127.0.0.1', people: PEOPLE });
  pool = new pg.Pool({ connectionString: server.adminUrl });
  pool.on('error', () => undefined);
  call = await signedIn();
});

afterAll(async () => {
  await pool?.end();
  await server?.end();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  await pool.query(`delete from users where idx > 100;
    insert into users (idx, username, name)
      select n, case when n <> 106 then 'user' || n end, '사람' || n from generate_series(101, 106) n;
    insert into student_numbers (student_number, owner_idx) values ('2023-101', 101), ('2025-101', 101);
    insert into user_memberships (user_idx, group_idx) values (101, 2), (102, 2), (105, 2);
    insert into pending_user_memberships (user_idx, group_idx) values (103, 2), (104, 2), (105, 2)`);
});

describe('signing in', () => {
  it.each([
    ['right', () => login(), 200, 'OK'],
    ['a wrong password', () => login(undefined, 'wrong'), 401, 'Unauthorized'],
    ['an unknown account', () => login('nobody'), 401, 'Unauthorized'],
    ['a deactivated account', () => login('retired'), 401, 'Unauthorized'],
    ['an account without a password', () => login('erin', ''), 401, 'Unauthorized'],
    ['a body without a password', () => ({ username: 'x' }), 400, 'Bad Request'],
    ['a body that is no JSON', () => '{', 400, 'Bad Request'],
  ])('%s', async (_, body, status, text) => {
    const response = await client()('/api/login', body());
    expect([response.status, await response.text()]).toEqual([status, text]);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('needs both cookies', async () => {
    const cookies = (await client()('/api/login', login())).headers.getSetCookie().map((line) => line.split(';')[0]);
    expect(cookies.map((cookie) => cookie?.split('=')[0])).toEqual(['_session', '_session.sig']);
    const check = async (cookie = '') => (await fetch(`${server.url}/api/check-login`, { headers: { cookie } })).status;
    expect(await check(cookies.join('; '))).toBe(200);
    expect(await check(cookies[0])).toBe(401);
    expect(await check(cookies[1])).toBe(401);
  });

  it('tells who is signed in until logout', async () => {
    const own = await signedIn();
    expect(await (await own('/api/check-login')).json()).toEqual({ username: server.username, name: server.username });
    expect((await own('/api/logout', {})).status).toBe(204);
    expect((await own('/api/check-login')).status).toBe(401);
  });

  it('ends a session 14 days after login, used or not', async () => {
    let now = Date.parse('2027-01-01T00:00:00Z');
    const app = createApp(pool, () => new Date(now));
    const reply = await app.inject({ method: 'POST', url: '/api/login', payload: login() });
    const cookie = (reply.headers['set-cookie'] as string[]).map((line) => line.split(';')[0]).join('; ');
    const check = async () => (await app.inject({ url: '/api/check-login', headers: { cookie } })).statusCode;
    now += 13 * 86_400_000;
    expect(await check()).toBe(200);
    now += 86_400_000;
    expect(await check()).toBe(401);
    await app.close();
  });
});

describe('lists', () => {
  it('shows groups as the caller stands to them', async () => {
    const find = async (own: typeof call, identifier: string) =>
      ((await (await own('/api/group')).json()) as { identifier: string }[]).find((g) => g.identifier === identifier);
    expect(await find(call, 'gpu')).toEqual({
      idx: GID,
      name: { ko: 'GPU 서버', en: 'GPU servers' },
      description: { ko: expect.any(String), en: expect.any(String) },
      identifier: 'gpu',
      isPending: false,
      isMember: false,
      isDirectMember: false,
      isOwner: true,
    });
    expect(await find(await signedIn('guest'), 'gpu')).toMatchObject({ isOwner: false });
    expect((await client()('/api/group')).status).toBe(401);
  });

  it('shows members with every student number, and a username that can be null', async () => {
    await pool.query('insert into user_memberships (user_idx, group_idx) values (106, 2)');
    const members = (await (await call('/api/group/2/members')).json()) as { uid: number }[];
    expect(members.find((m) => m.uid === M1)).toEqual({
      uid: M1,
      username: 'user101',
      name: '사람101',
      studentNumbers: ['2023-101', '2025-101'],
    });
    expect(members.find((m) => m.uid === N)).toMatchObject({ username: null, studentNumbers: [] });
  });

  it.each(['members', 'pending'])('guards %s', async (list) => {
    const status = async (own: typeof call, gid: string) => (await own(`/api/group/${gid}/${list}`)).status;
    expect(await status(call, '2')).toBe(200);
    expect(await status(client(), '2')).toBe(401);
    expect(await status(await signedIn('guest'), '2')).toBe(403);
    expect(await status(call, '3')).toBe(403);
    expect(await status(call, '999')).toBe(403);
    expect(await status(call, 'gpu')).toBe(500);
  });

  it('lists 2,000 rows without pages', async () => {
    await pool.query(`insert into users (idx, name) select n, 'x' from generate_series(1001, 3000) n;
      insert into pending_user_memberships (user_idx, group_idx) select n, 2 from generate_series(1001, 3000) n`);
    expect(((await (await call('/api/group/2/pending')).json()) as unknown[]).length).toBeGreaterThanOrEqual(2000);
  });
});

type Expected = readonly [status: number, members: readonly number[], pending: readonly number[]];
const same = (status: number): Expected => [status, BEFORE[0] ?? [], BEFORE[1] ?? []];

/** The table of the contract: body, what accept does, what reject does. */
const TABLE: readonly (readonly [string, unknown, Expected, Expected])[] = [
  ['all valid', [P1, P2], [200, [M1, M2, P1, P2, B], [B]], [200, [M1, M2, B], [B]]],
  ['nothing', [], same(400), same(400)],
  ['no array', { uids: [P1] }, same(400), same(400)],
  ['not numbers', [`${P1}`], same(400), same(400)],
  ['one not pending', [N], same(400), same(400)],
  ['an unknown uid', [99_999], same(400), same(400)],
  ['a member', [M1], same(400), [200, [M2, B], [P1, P2, B]]],
  ['the same twice', [P1, P1], [400, [M1, M2, P1, B], [P2, B]], [400, [M1, M2, B], [P2, B]]],
  ['a member twice', [M1, M1], same(400), [400, [M2, B], [P1, P2, B]]],
  ['some valid', [P1, N], [400, [M1, M2, P1, B], [P2, B]], [400, [M1, M2, B], [P2, B]]],
  ['both member and pending', [B], same(500), [400, [M1, M2], [P1, P2]]],
  ['both, beside a valid one', [P1, B], same(500), [400, [M1, M2], [P2]]],
  ['a fraction', [P1, 6.5], same(500), same(500)],
  ['above int', [P1, 2_147_483_648], same(500), same(500)],
];

describe.each(['accept', 'reject'] as const)('%s', (verdict) => {
  it.each(TABLE.map(([name, body, accept, reject]) => [name, body, verdict === 'accept' ? accept : reject] as const))(
    '%s',
    async (_, body, [status, members, pending]) => {
      const response = await call(`/api/group/2/${verdict}`, body);
      expect([response.status, ...(await state())]).toEqual([status, members, pending]);
      expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    },
  );

  it('the same call again', async () => {
    await call(`/api/group/2/${verdict}`, [P1]);
    const after = await state();
    expect((await call(`/api/group/2/${verdict}`, [P1])).status).toBe(400);
    expect(await state()).toEqual(after);
  });

  it('another content type', async () => {
    const response = await call(`/api/group/2/${verdict}`, `[${P1}]`, { 'content-type': 'text/plain' });
    expect([response.status, await response.text(), ...(await state())]).toEqual([400, 'Bad Request', ...BEFORE]);
  });

  it('a group that is unknown or no int, and callers without the right', async () => {
    const status = async (own: typeof call, gid: string) => (await own(`/api/group/${gid}/${verdict}`, [P1])).status;
    expect(await status(call, '999')).toBe(500);
    expect(await status(call, 'gpu')).toBe(500);
    expect(await status(client(), '2')).toBe(401);
    expect(await status(await signedIn('guest'), '2')).toBe(403);
    expect(await state()).toEqual(BEFORE);
  });

  it('a thousand at once, and a body over 1 MiB', async () => {
    await pool.query(`insert into users (idx, name) select n, 'x' from generate_series(1001, 2000) n;
      insert into pending_user_memberships (user_idx, group_idx) select n, 2 from generate_series(1001, 2000) n`);
    const uids = Array.from({ length: 1000 }, (_, at) => 1001 + at);
    expect((await call(`/api/group/2/${verdict}`, uids)).status).toBe(200);
    const large = await call(
      `/api/group/2/${verdict}`,
      Array.from({ length: 200_000 }, () => 100_001),
    );
    expect([large.status, await large.text()]).toEqual([413, 'Payload Too Large']);
  });

  it('a caller that hangs up is still served', async () => {
    // A lock holds the statement back, so that the call is cut while it is being served.
    const holder = await pool.connect();
    await holder.query('begin; select from pending_user_memberships where user_idx = 103 for update');
    const hang = new AbortController();
    const own = await signedIn();
    const cookie = await cookieOf();
    const cut = fetch(`${server.url}/api/group/2/${verdict}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: `[${P1}]`,
      signal: hang.signal,
    });
    await expect
      .poll(async () => (await pool.query(`select from pg_stat_activity where wait_event_type = 'Lock'`)).rowCount)
      .toBe(1);
    hang.abort();
    await expect(cut).rejects.toThrow();
    await holder.query('commit');
    holder.release();
    await expect.poll(async () => (await state())[1]).toEqual([P2, B]);
    expect((await own('/api/check-login')).status).toBe(200);
  });
});

async function cookieOf() {
  const reply = await client()('/api/login', login());
  return reply.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

describe('the read-only role', () => {
  it('reads what the contract names, and nothing else', async () => {
    const reader = new pg.Client({ connectionString: server.databaseUrl });
    await reader.connect();
    const ask = (sql: string) =>
      reader.query(sql).then(
        (result) => result.rowCount,
        (error: Error) => error.message,
      );
    expect(await ask('select idx, username, name, preferred_language, activated from users')).toBeGreaterThan(36);
    expect(await ask('select owner_idx, address_local, address_domain from email_addresses')).toBe(34);
    expect(await ask('select idx, identifier, owner_group_idx from groups')).toBe(3);
    expect(await ask('select group_idx, user_idx from user_memberships')).toBeGreaterThan(33);
    expect(await ask('select group_idx, user_idx from pending_user_memberships')).toBeGreaterThan(3);
    expect(await ask('select password_digest from users')).toMatch(/permission denied/);
    expect(await ask('delete from user_memberships')).toMatch(/read-only|permission denied/);
    await reader.end();
  });
});

describe('going down', () => {
  it('a restart ends every session', async () => {
    const own = await signedIn();
    await server.restart();
    expect((await own('/api/check-login')).status).toBe(401);
    expect((await own('/api/login', login())).status).toBe(200);
    call = own;
  });

  it('dies with its database and refuses connections until it is started again', async () => {
    await server.crashDatabase();
    await expect(client()('/api/group')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await server.restart();
    expect((await call('/api/check-login')).status).toBe(401);
    call = await signedIn();
    expect((await call('/api/group/2/members')).status).toBe(200);
  });
});
