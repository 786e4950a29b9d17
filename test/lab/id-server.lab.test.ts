import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { checkDatabase, neededColumns } from '../../activities/doctor/database.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../lab/services/id-server/app.ts';
import { readMessages } from '../../texts/messages.ts';
import { templates } from '../activities/mail/fixtures.ts';
import { type Call, M1, N, startContract } from './id-server-contract.ts';

let lab: Awaited<ReturnType<typeof startContract>>;
let call: Call;
beforeAll(async () => {
  lab = await startContract();
  call = await lab.signedIn();
});
afterAll(() => lab?.close());
beforeEach(() => lab.arrange());

describe('signing in', () => {
  it.each([
    ['right', () => lab.login(), 200, 'OK'],
    ['a wrong password', () => lab.login(undefined, 'wrong'), 401, 'Unauthorized'],
    ['an unknown account', () => lab.login('nobody'), 401, 'Unauthorized'],
    ['a deactivated account', () => lab.login('retired'), 401, 'Unauthorized'],
    ['an account without a password', () => lab.login('erin', ''), 500, 'Internal Server Error'],
    ['a body without a password', () => ({ username: 'x' }), 400, 'Bad Request'],
    ['a body that is not JSON', () => '{', 400, 'Bad Request'],
  ])('%s', async (_, body, status, text) => {
    const response = await lab.client()('/api/login', body());
    expect([response.status, await response.text()]).toEqual([status, text]);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect([response.headers.get('vary'), response.headers.get('cache-control')]).toEqual(['Origin', 'no-store']);
  });

  it('keeps an idle connection for 5 s, and its cookies to this site', async () => {
    const response = await lab.client()('/api/login', lab.login());
    expect(response.headers.get('keep-alive')).toBe('timeout=5');
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^_session=.*; samesite=lax/),
      expect.stringMatching(/^_session\.sig=.*; samesite=lax/),
    ]);
  });

  it('on a GPU server follows reachability, and ends with the relation', async () => {
    const digest = "(select password_digest from users where username = 'guest')";
    await lab.sql(`update users set password_digest = ${digest} where idx in (${M1}, ${N}, 103);
      insert into user_memberships (user_idx, group_idx) values (103, 3)`);
    const pam = async (username: string) => (await lab.client()('/api/login/pam', lab.login(username))).status;
    expect([await pam('user101'), await pam('user103'), await pam('guest')]).toEqual([200, 401, 401]);
    await lab.sql(
      'insert into group_relations (supergroup_idx, subgroup_idx) values (3, 2); select lab_rebuild_cache()',
    );
    expect(await pam('user103')).toBe(200);
    const listed = (await (await call('/api/group/2/members')).json()) as { uid: number }[];
    expect(listed.map(({ uid }) => uid)).not.toContain(103);
    const own = await lab.signedIn('user103');
    const groups = (await (await own('/api/group')).json()) as { identifier: string }[];
    expect(groups.find(({ identifier }) => identifier === 'gpu')).toMatchObject({
      isMember: true,
      isDirectMember: false,
    });
    await lab.sql('delete from group_relations; select lab_rebuild_cache()');
    expect(await pam('user103')).toBe(401);
  });

  it('needs both cookies', async () => {
    const cookies = await lab.cookies();
    expect(cookies.map((cookie) => cookie?.split('=')[0])).toEqual(['_session', '_session.sig']);
    const check = async (cookie = '') =>
      (await fetch(`${lab.server.url}/api/check-login`, { headers: { cookie } })).status;
    expect(await check(cookies.join('; '))).toBe(200);
    expect(await check(cookies[0])).toBe(401);
    expect(await check(cookies[1])).toBe(401);
  });

  it('reports the signed-in user until logout', async () => {
    const own = await lab.signedIn();
    expect(await (await own('/api/check-login')).json()).toEqual({
      username: lab.server.username,
      name: lab.server.username,
    });
    expect((await own('/api/logout', {})).status).toBe(204);
    expect((await own('/api/check-login')).status).toBe(401);
  });

  it('ends a session 14 days after login, used or not', async () => {
    const pool = new pg.Pool({ connectionString: lab.server.adminUrl });
    let now = Date.parse('2027-01-01T00:00:00Z');
    const app = createApp(pool, () => new Date(now));
    const reply = await app.inject({ method: 'POST', url: '/api/login', payload: lab.login() });
    const cookie = (reply.headers['set-cookie'] as string[]).map((line) => line.split(';')[0]).join('; ');
    const check = async () => (await app.inject({ url: '/api/check-login', headers: { cookie } })).statusCode;
    now += 13 * 86_400_000;
    expect(await check()).toBe(200);
    now += 86_400_000;
    expect(await check()).toBe(401);
    await app.close();
    await pool.end();
  });
});

describe('lists', () => {
  it('shows groups by the caller’s relation to them', async () => {
    const find = async (own: Call, identifier: string) =>
      ((await (await own('/api/group')).json()) as { identifier: string }[]).find((g) => g.identifier === identifier);
    expect(await find(call, 'gpu')).toEqual({
      idx: 2,
      name: { ko: 'GPU 서버', en: 'GPU servers' },
      description: { ko: expect.any(String), en: expect.any(String) },
      identifier: 'gpu',
      isPending: false,
      isMember: false,
      isDirectMember: false,
      isOwner: true,
    });
    expect(await find(await lab.signedIn('guest'), 'gpu')).toMatchObject({ isOwner: false });
    // A group without an owner is in nobody's list.
    expect(await find(call, 'archive')).toBeUndefined();
    expect((await lab.client()('/api/group')).status).toBe(401);
  });

  it('shows members with every student number, and a username that can be null', async () => {
    await lab.sql('insert into user_memberships (user_idx, group_idx) values (106, 2)');
    const members = (await (await call('/api/group/2/members')).json()) as { uid: number }[];
    expect(members.find((m) => m.uid === M1)).toEqual({
      uid: M1,
      username: 'user101',
      name: '사람101',
      studentNumbers: expect.toSatisfy((all: string[]) => all.toSorted().join() === '2023-101,2025-101'),
    });
    expect(members.find((m) => m.uid === N)).toMatchObject({ username: null, studentNumbers: [] });
  });

  it.each(['members', 'pending'])('guards %s', async (list) => {
    const status = async (own: Call, gid: string) => (await own(`/api/group/${gid}/${list}`)).status;
    expect(await status(call, '2')).toBe(200);
    expect(await status(lab.client(), '2')).toBe(401);
    expect(await status(await lab.signedIn('guest'), '2')).toBe(403);
    expect(await status(call, '3')).toBe(403);
    expect(await status(call, '999')).toBe(403);
    expect(await status(call, 'gpu')).toBe(500);
  });

  it('lists 2,000 rows without pages', async () => {
    await lab.sql(`insert into users (idx, name) select n, 'x' from generate_series(1001, 3000) n;
      insert into pending_user_memberships (user_idx, group_idx) select n, 2 from generate_series(1001, 3000) n`);
    expect(((await (await call('/api/group/2/pending')).json()) as unknown[]).length).toBeGreaterThanOrEqual(2000);
  });
});

describe('docs/credentials.md', () => {
  const sqlOf = async (heading: string) => {
    const text = await readFile(new URL('../../docs/credentials.md', import.meta.url), 'utf8');
    const section = text.slice(text.indexOf(`## ${heading}\n`));
    return /```sql\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
  };

  it('makes an account that the service can use, with a name that the server allows', async () => {
    await lab.sql("delete from users where username = 'gpusemester'");
    await lab.sql(await sqlOf('ID server'));
    expect((await lab.client()('/api/login', lab.login('gpusemester', 'x'))).status).toBe(500);
    await lab.sql(`update users set password_digest = (select password_digest from users where username = 'bacchus')
      where username = 'gpusemester'`);
    const own = await lab.signedIn('gpusemester');
    const groups = (await (await own('/api/group')).json()) as { identifier: string; isOwner: boolean }[];
    expect(groups.find(({ identifier }) => identifier === 'gpu')).toMatchObject({ isOwner: true, isMember: false });
  });

  it('grants a role what the service reads, and nothing else', async () => {
    await lab.sql(await sqlOf("ID server's database"));
    const url = new URL(lab.server.databaseUrl);
    await lab.sql(`alter role gpu_semester password '${url.password}'`);
    url.username = 'gpu_semester';
    const site = { ...lab.site(), applications: { ...lab.site().applications, rules: [] } };
    const needed = neededColumns(site);
    expect(await checkDatabase(await readMessages({ templates }, 'en'), url.href, needed)).toEqual({
      found: 'gpu_semester reads what the service needs, and writes nothing',
    });
    const rights = await lab.sql(`select table_name, column_name from information_schema.column_privileges
      where grantee = 'gpu_semester' order by 1, 2`);
    expect(rights.map((one) => `${String(one['table_name'])}.${String(one['column_name'])}`)).toEqual(
      Object.entries(needed)
        .flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`))
        .toSorted(),
    );
  });
});

describe('the read-only role', () => {
  it('reads the columns that the contract names, and nothing else', async () => {
    const reader = new pg.Client({ connectionString: lab.server.databaseUrl });
    await reader.connect();
    const ask = (sql: string) =>
      reader.query(sql).then(
        (result) => result.rowCount,
        (error: Error) => error.message,
      );
    expect(await ask('select idx, username, name, preferred_language from users')).toBeGreaterThan(36);
    expect(await ask('select idx, owner_idx, address_local, address_domain from email_addresses')).toBe(34);
    expect(await ask('select idx, identifier from groups')).toBe(5);
    expect(await ask('select group_idx, user_idx from user_memberships')).toBeGreaterThan(33);
    expect(await ask('select supergroup_idx, subgroup_idx from group_relations')).toBe(0);
    expect(await ask('select supergroup_idx, subgroup_idx from group_reachable_cache')).toBe(5);
    for (const denied of ['pending_user_memberships', 'student_numbers'])
      expect(await ask(`select * from ${denied}`)).toMatch(/permission denied/);
    expect(await ask('select password_digest from users')).toMatch(/permission denied/);
    expect(await ask('delete from user_memberships')).toMatch(/read-only|permission denied/);
    await reader.end();
  });
});

describe('going down', () => {
  it('a restart ends every session', async () => {
    const own = await lab.signedIn();
    await lab.server.restart();
    expect((await own('/api/check-login')).status).toBe(401);
    expect((await own('/api/login', lab.login())).status).toBe(200);
    call = own;
  });

  it('dies with its database and refuses connections until it is started again', async () => {
    await lab.server.killDatabase();
    await expect(lab.client()('/api/group')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await lab.server.restart();
    expect((await call('/api/check-login')).status).toBe(401);
    call = await lab.signedIn();
    expect((await call('/api/group/2/members')).status).toBe(200);
  });
});
