import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { B, BEFORE, type Call, M1, M2, N, P1, P2, startContract } from './id-server-contract.ts';

let lab: Awaited<ReturnType<typeof startContract>>;
let call: Call;
beforeAll(async () => {
  lab = await startContract();
  call = await lab.signedIn();
});
afterAll(() => lab?.close());
beforeEach(() => lab.arrange());

type Expected = readonly [status: number, members: readonly number[], pending: readonly number[]];
const same = (status: number): Expected => [status, ...BEFORE];

/** The table of the contract: body, result of accept, result of reject. */
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
      expect([response.status, ...(await lab.state())]).toEqual([status, members, pending]);
      expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    },
  );

  it('the same call again', async () => {
    await call(`/api/group/2/${verdict}`, [P1]);
    const after = await lab.state();
    expect((await call(`/api/group/2/${verdict}`, [P1])).status).toBe(400);
    expect(await lab.state()).toEqual(after);
  });

  it('another content type', async () => {
    const response = await call(`/api/group/2/${verdict}`, `[${P1}]`, { 'content-type': 'text/plain' });
    expect([response.status, await response.text(), ...(await lab.state())]).toEqual([400, 'Bad Request', ...BEFORE]);
  });

  it('a group that is unknown or not an int, and callers without the right', async () => {
    const status = async (own: Call, gid: string) => (await own(`/api/group/${gid}/${verdict}`, [P1])).status;
    expect(await status(call, '999')).toBe(500);
    expect(await status(call, 'gpu')).toBe(500);
    expect(await status(lab.client(), '2')).toBe(401);
    expect(await status(await lab.signedIn('guest'), '2')).toBe(403);
    expect(await lab.state()).toEqual(BEFORE);
  });

  it('a thousand at once, and a body over 1 MiB', async () => {
    await lab.sql(`insert into users (idx, name) select n, 'x' from generate_series(1001, 2000) n;
      insert into pending_user_memberships (user_idx, group_idx) select n, 2 from generate_series(1001, 2000) n`);
    const uids = Array.from({ length: 1000 }, (_, at) => 1001 + at);
    expect((await call(`/api/group/2/${verdict}`, uids)).status).toBe(200);
    const large = await call(
      `/api/group/2/${verdict}`,
      Array.from({ length: 200_000 }, () => 100_001),
    );
    expect([large.status, await large.text()]).toEqual([413, 'Payload Too Large']);
  });

  it('a call completes after its caller hangs up', async () => {
    // A lock holds the statement back, so the client disconnects while the server handles the call.
    const holder = new pg.Client({ connectionString: lab.server.adminUrl });
    await holder.connect();
    await holder.query('begin; select from pending_user_memberships where user_idx = 103 for update');
    const hang = new AbortController();
    const cookie = (await lab.cookies()).join('; ');
    const cut = fetch(`${lab.server.url}/api/group/2/${verdict}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: `[${P1}]`,
      signal: hang.signal,
    });
    await expect
      .poll(async () => (await lab.sql(`select from pg_stat_activity where wait_event_type = 'Lock'`)).length)
      .toBe(1);
    hang.abort();
    await expect(cut).rejects.toThrow();
    await holder.query('commit');
    await holder.end();
    await expect.poll(async () => (await lab.state())[1]).toEqual([P2, B]);
    expect((await call('/api/check-login')).status).toBe(200);
  });
});
