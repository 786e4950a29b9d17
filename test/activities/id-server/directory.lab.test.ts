import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectory } from '../../../activities/id-server/directory.ts';
import { PEOPLE } from '../../../lab/people.ts';
import { startServer, uidOf } from './fixtures.ts';

let lab: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  lab = await startServer();
  await lab.sql(`insert into email_addresses (owner_idx, address_local, address_domain) values
    (${uidOf('erin')}, 'erin.old', 'snu.ac.kr'), (${uidOf('erin')}, 'erin.new', 'naver.com'),
    (${uidOf('erin')}, 'erin.newer', 'snu.ac.kr'),
    (${uidOf('heidi')}, 'heidi.new', 'naver.com'), (null, 'rupert', 'example.org')`);
});
afterAll(() => lab?.close());

const directory = (databaseUrl: string | undefined = lab.server.databaseUrl) =>
  createDirectory({
    site: async () => ({ ...lab.site(), addresses: { source: 'postgres' as const } }),
    databaseUrl,
  });

describe('addresses from the ID server’s database', () => {
  it('takes the first at snu.ac.kr, else the first of all, as the ID server does, and only verified ones', async () => {
    const people = await directory().lookup(['erin', 'heidi', 'rupert', 'nobody-here']);
    expect([...people.values()].toSorted((a, b) => (a.user < b.user ? -1 : 1))).toEqual([
      { user: 'erin', uid: uidOf('erin'), name: '이에린', email: 'erin.old@snu.ac.kr', language: 'ko' },
      {
        user: 'heidi',
        uid: uidOf('heidi'),
        name: 'Heidi Keller',
        email: PEOPLE.find(({ user }) => user === 'heidi')?.email,
        language: 'en',
      },
      { user: 'rupert', uid: uidOf('rupert'), name: 'Rupert Shaw', email: null, language: 'en' },
    ]);
  });

  it("names the role's problem, without its password", async () => {
    const url = lab.server.databaseUrl.replace(/:[^:@]*@/, ':hunter2@');
    const failure = await directory(url)
      .lookup(['erin'])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'ConfigInvalid', nonRetryable: true });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });

  it('needs the connection string', async () => {
    await expect(
      createDirectory({ site: async () => lab.site(), databaseUrl: undefined }).lookup(['erin']),
    ).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringContaining('SEMESTER_ID_DATABASE_URL'),
    });
  });

  it('is unreachable while the database is down', async () => {
    await lab.server.killDatabase();
    await expect(directory().lookup(['erin'])).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
    await lab.server.restart();
    expect((await directory().lookup(['erin'])).size).toBe(1);
  });
});
