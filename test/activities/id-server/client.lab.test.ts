import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIdServer } from '../../../activities/id-server/client.ts';
import { manyMembers, startServer, uidOf } from './fixtures.ts';
import { type Meddling, startProxy } from './proxy.ts';

let lab: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  lab = await startServer();
});
afterAll(() => lab?.close());
beforeEach(() => lab.reset());

const client = (change: object = {}, password = lab.server.password, timeoutMs = 10_000) => {
  const site = lab.site();
  return createIdServer({
    site: async () => ({ ...site, idServer: { ...site.idServer, ...change } }),
    password,
    databaseUrl: lab.server.databaseUrl,
    timeoutMs,
  });
};

async function meddled(meddling: Meddling, act: (through: ReturnType<typeof client>) => Promise<unknown>) {
  const proxy = await startProxy(lab.server.url, meddling);
  try {
    return { result: await act(client({ url: proxy.url })), ...proxy };
  } finally {
    proxy.close();
  }
}

const [walter, xavier, yuna] = ['walter', 'xavier', 'yuna'].map(uidOf) as [number, number, number];

describe('lists', () => {
  it('reads members and pending requests', async () => {
    const members = await client().members();
    expect(members.length).toBe(33);
    expect(members[0]).toMatchObject({ uid: uidOf('prof'), username: 'prof', name: '박교수' });
    expect((await client().pending()).map((one) => one.username)).toEqual(['mallory', 'walter', 'xavier', 'yuna']);
  });
});

describe('accept and remove', () => {
  it('accepts two', async () => {
    expect(await client().accept([walter, xavier])).toEqual({ members: [walter, xavier], missing: [] });
    expect(await lab.server.pending()).toEqual(['mallory', 'yuna']);
  });

  it('accepts the valid ones, and names the missing ones', async () => {
    const unknown = 99_999;
    const { result, statuses } = await meddled({}, (through) =>
      through.accept([walter, walter, unknown, uidOf('erin')]),
    );
    expect(result).toEqual({ members: [walter, uidOf('erin')], missing: [unknown] });
    expect(statuses).toEqual([200]);
  });

  it('trusts the lists and not the 400', async () => {
    // mallory is member and pending: the server answers 400, and removes both of her rows and all others.
    const uids = [uidOf('mallory'), uidOf('erin'), walter];
    const { result, statuses } = await meddled({}, (through) => through.remove(uids));
    expect(statuses).toEqual([400]);
    expect(result).toEqual({ removed: uids, remaining: [] });
    expect(await lab.server.members()).not.toContain('mallory');
    expect(await lab.server.pending()).toEqual(['xavier', 'yuna']);
  });

  it('does nothing if nothing is due', async () => {
    const { result, batches } = await meddled({}, (through) => through.remove([99_999]));
    expect([result, batches]).toEqual([{ removed: [99_999], remaining: [] }, []]);
  });

  it('continues after a batch that was rolled back', async () => {
    const both: Meddling = {
      // A membership appears between the read and the accept: the server rolls the whole batch back.
      before: async (n) => {
        if (n === 1) await lab.sql(`insert into user_memberships (user_idx, group_idx) values (${yuna}, 2)`);
      },
    };
    const { result, statuses } = await meddled(both, (through) => through.accept([walter, xavier, yuna]));
    expect(statuses).toEqual([500, 200]);
    expect(result).toEqual({ members: [walter, xavier, yuna], missing: [] });
  });

  it('isolates a row at which the server always rolls back', async () => {
    await lab.sql(`create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
      create trigger no before delete on user_memberships for each row when (old.user_idx = 1007) execute function no()`);
    const { uids, sql } = manyMembers(30);
    await lab.sql(sql);
    try {
      expect((await client().remove(uids)).remaining).toEqual([1007]);
    } finally {
      await lab.sql('drop function no cascade');
    }
  });

  it('removes 2,000 in batches', async () => {
    const { uids, sql } = manyMembers(2000);
    await lab.sql(sql);
    const { result, batches } = await meddled({}, (through) => through.remove(uids));
    expect(result).toEqual({ removed: uids, remaining: [] });
    expect(batches).toEqual([500, 500, 500, 500]);
    expect((await lab.server.members()).length).toBe(33);
  });
});

describe('faults', () => {
  it('logs in again when a restart midway has ended the session', async () => {
    const { uids, sql } = manyMembers(1200);
    await lab.sql(sql);
    const restart: Meddling = { before: async (n) => (n === 2 ? lab.server.restart() : undefined) };
    const { result, statuses } = await meddled(restart, (through) => through.remove(uids));
    expect(statuses).toEqual([200, 401, 200, 200]);
    expect(result).toEqual({ removed: uids, remaining: [] });
  });

  it('reads the lists after a lost reply, and does not repeat what was done', async () => {
    const { uids, sql } = manyMembers(1200);
    await lab.sql(sql);
    const { result, batches } = await meddled({ after: async (n) => n === 1 }, (through) => through.remove(uids));
    expect(batches).toEqual([500, 500, 200]);
    expect(result).toEqual({ removed: uids, remaining: [] });
  });

  it('fails with a retryable error when replies are lost and nothing is done', async () => {
    const site = { before: () => Promise.reject(new Error('cut')) };
    await expect(meddled(site, (through) => through.accept([walter]))).rejects.toMatchObject({
      type: 'Unreachable',
      nonRetryable: false,
    });
  });

  it('is unreachable while the server is down, and works when it is back', async () => {
    const one = client();
    await one.members();
    await lab.server.killDatabase();
    await expect(one.members()).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
    await lab.server.restart();
    expect((await one.members()).length).toBe(33);
  });

  it('ends a hanging call at a timeout', async () => {
    const held = await startProxy(lab.server.url, { before: () => new Promise(() => undefined) });
    const impatient = client({ url: held.url }, undefined, 500);
    await expect(impatient.accept([walter])).rejects.toMatchObject({ type: 'Unreachable' });
    held.close();
  });

  it('ends a call when its activity is cancelled, and heartbeats its progress', async () => {
    const env = new MockActivityEnvironment();
    const beats: unknown[] = [];
    env.on('heartbeat', (details: unknown) => beats.push(details));
    const cancel: Meddling = {
      before: async (n) => {
        if (n !== 2) return;
        env.cancel('CANCELLED');
        await new Promise(() => undefined);
      },
    };
    const { uids, sql } = manyMembers(600);
    await lab.sql(sql);
    await expect(meddled(cancel, (through) => env.run(() => through.remove(uids)))).rejects.toThrow(CancelledFailure);
    expect(beats).toEqual([expect.objectContaining({ sent: 500, of: 600 })]);
  });

  it.each([
    ['a wrong password', {}, 'wrong', /SEMESTER_ID_PASSWORD/],
    ['an unknown group', { group: 'cpu' }, undefined, /no group cpu/],
    ['an account that is not an owner', { username: 'guest' }, undefined, /does not own gpu/],
  ])('refuses %s', async (_, change, password, message) => {
    const failure = await client(change, password)
      .members()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      type: 'ConfigInvalid',
      nonRetryable: true,
      message: expect.stringMatching(message),
    });
    expect(String(failure)).not.toContain(lab.server.password);
  });
});
