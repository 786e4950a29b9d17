import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Made } from '../../../activities/contract.ts';
import { lineOf, mailMark, readLines, type Act } from '../../../activities/epoch/acts.ts';
import { createActs, withAnnouncedMails } from '../../../activities/epoch/epoch.ts';
import { localJournal } from '../../../activities/epoch/journals.ts';
import { confirmBehind, putBehind, readBehind } from '../../../activities/epoch/recovery.ts';
import { tryAgain } from '../../../activities/failures.ts';
import { sendLedgerMail } from '../../../activities/mail/send.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import type { Database } from '../../../activities/store/database.ts';
import { dumpStore, loadStore } from '../../../activities/store/dump.ts';
import { openEmbedded } from '../../../activities/store/embedded.ts';
import { migrate } from '../../../activities/store/migrate.ts';
import { createSqlStore } from '../../../activities/store/sql.ts';
import { isRecorded, withEpoch } from '../../../activities/with-epoch.ts';
import type { Site } from '../../../domain/site.ts';
import { fakeRemote } from '../hosts/fake-remote.ts';
import { mailsOf, siteWith } from '../mail/fixtures.ts';
import { startSmtp, type TestSmtp } from '../mail/smtp.ts';

let db: Database;
let smtp: TestSmtp;
let dir: string;
/** The journals on the hosts; they outlive every store. */
let hosts: Map<string, string>;
let down: Set<string>;
let now: number;

beforeAll(async () => {
  db = await openEmbedded('memory://');
}, 60_000);
afterAll(() => db.close());
beforeEach(async () => {
  [smtp, dir] = await Promise.all([startSmtp(), mkdtemp(path.join(tmpdir(), 'epoch-'))]);
  hosts = new Map();
  down = new Set();
  now = Date.parse('2027-02-03T00:00:00Z');
  await newDatabase();
});
afterEach(async () => {
  await smtp.stop();
  await rm(dir, { recursive: true });
});

let schemas = 0;
async function newDatabase(): Promise<void> {
  await db.script(`CREATE SCHEMA s${++schemas}`);
  await db.query(`SET search_path TO s${schemas}`);
}
async function dump(): Promise<readonly string[]> {
  const lines: string[] = [];
  await dumpStore(db, async (line) => void lines.push(line));
  return lines;
}
/** The database is lost, and an older dump takes its place. */
async function restore(lines: readonly string[]): Promise<void> {
  await newDatabase();
  await loadStore(
    db,
    (async function* each() {
      yield* lines;
    })(),
  );
}

const layout = { home: '/csehome', docker: '/local/.docker', toplevel: '/top', jobs: 'semester' } as Site['layout'];
const siteOf = () => siteWith(smtp.port, { layout, stateDir: path.join(dir, 'state') });

/** A worker that has just started. */
async function worker() {
  await migrate(db);
  const clock = () => new Date((now += 60_000));
  const remote = fakeRemote(({ name, args, input }, host) => {
    if (down.has(host)) throw tryAgain('Unreachable', `${host} is down`);
    const journal = hosts.get(host) ?? '';
    if (name === 'read-acts') {
      const after = readLines(journal).filter(({ epoch }) => epoch > Number(args[2]));
      return after.map(lineOf).join('');
    }
    hosts.set(host, `${journal}${String(input)}`);
    const last = readLines(journal).at(-1);
    return last ? `${last.epoch} ${last.run}\n` : '';
  });
  const bare = createSqlStore(db, clock);
  const acts = createActs({ site: async () => siteOf(), store: bare, remote, clock });
  const store = withAnnouncedMails(bare, acts, () => null);
  const drained: string[] = [];
  const made = { drainHost: async ({ host }: { host: string }) => void drained.push(host) } as unknown as Made;
  const { drainHost } = withEpoch(made, acts) as unknown as { drainHost: (a: { host: string }) => Promise<void> };
  const mail = (users: readonly string[], asked = false) =>
    sendLedgerMail(
      { store, transport: createMailTransport() },
      { site: siteOf(), asked },
      mailsOf('2027-spring', users),
    );
  return { store, acts, drainHost, drained, mail };
}

const confirm = async (store: Awaited<ReturnType<typeof worker>>['store']) =>
  confirmBehind(store, { by: 'lee', at: new Date((now += 60_000)).toISOString() });
const mailed = () => smtp.mails.map(({ subject }) => subject);
const BEHIND = { type: 'StoreBehind', nonRetryable: true };

test('a store from before the mails: nothing acts until a person confirms, and nobody is mailed twice', async () => {
  const first = await worker();
  await first.mail(['ada']);
  const before = await dump();
  expect((await first.mail(['ada', 'bob', 'eve'])).sent).toEqual(['bob', 'eve']);
  await first.drainHost({ host: 'asahi' });

  await restore(before);
  const second = await worker();
  await expect(second.mail(['ada', 'bob', 'eve'])).rejects.toMatchObject(BEHIND);
  await expect(second.drainHost({ host: 'asahi' })).rejects.toThrow(/went back \d+ min.*drainHost \(asahi\).*recover/s);
  // Not even another worker, or this one after a while.
  const third = await worker();
  await expect(third.drainHost({ host: 'bernini' })).rejects.toMatchObject(BEHIND);
  expect([second.drained, third.drained]).toEqual([[], []]);
  expect(mailed()).toEqual(['안내 ada', '안내 bob', '안내 eve']);

  const confirmed = await confirm(third.store);
  expect(confirmed?.missing.map(({ activity, mails }) => [activity, mails?.length])).toEqual([
    ['mail', 2],
    ['drainHost', undefined],
  ]);
  // What no journal knows was not sent, and goes; what may have been sent waits for a person.
  const tally = await third.mail(['ada', 'bob', 'eve', 'dan']);
  expect(tally).toMatchObject({ already: ['ada'], unknown: ['bob', 'eve'], sent: ['dan'] });
  expect((await third.mail(['bob'])).unknown).toEqual(['bob']);
  expect(mailed()).toEqual(['안내 ada', '안내 bob', '안내 eve', '안내 dan']);
  const key = { semester: '2027-spring', kind: 'notice-0', edition: 0, person: 'bob' };
  await third.store.releaseMail(key, 'unknown');
  expect((await third.mail(['bob'], true)).sent).toEqual(['bob']);
  await third.drainHost({ host: 'asahi' });
  expect(third.drained).toEqual(['asahi']);
});

test('a store that is up to date acts on, in two workers at once and after a crash', async () => {
  const workers = await Promise.all([worker(), worker()]);
  await Promise.all(Array.from({ length: 12 }, (_, n) => workers[n % 2]!.drainHost({ host: 'asahi' })));
  const third = await worker();
  await third.drainHost({ host: 'bernini' });
  expect(await readBehind(third.store)).toBeNull();
  expect(readLines(hosts.get('oloroso') ?? '').map(({ epoch }) => epoch)).toHaveLength(13);
  expect(readLines(hosts.get('asahi') ?? '')).toHaveLength(12);
});

test('a new store is behind hosts that remember an old one', async () => {
  await (await worker()).drainHost({ host: 'asahi' });
  await rm(path.join(dir, 'state'), { recursive: true });
  await newDatabase();
  const next = await worker();
  await expect(next.drainHost({ host: 'asahi' })).rejects.toThrow(/the store is empty/);
  await confirm(next.store);
  await next.drainHost({ host: 'asahi' });
});

test('after a restore by command the list names what the journals know', async () => {
  const first = await worker();
  await first.drainHost({ host: 'asahi' });
  const before = await dump();
  await first.mail(['ada']);
  await restore(before);
  const second = await worker();
  await putBehind(second.store, {
    was: '2027-02-03T00:01:00.000Z',
    missing: [],
    noticedAt: '2027-02-03T01:00:00.000Z',
  });
  await expect(second.acts.check()).rejects.toThrow(/went back .*mail \(1 mail\)/);
  expect((await confirm(second.store))?.missing).toHaveLength(1);
  expect((await second.mail(['ada'])).unknown).toEqual(['ada']);
  await second.drainHost({ host: 'asahi' });
});

test('the state directory alone knows a database that went back', async () => {
  const first = await worker();
  await first.drainHost({ host: 'asahi' });
  const before = await dump();
  await first.drainHost({ host: 'asahi' });
  hosts.clear();
  await restore(before);
  await expect((await worker()).drainHost({ host: 'asahi' })).rejects.toMatchObject(BEHIND);
});

test('while the storage host is down another host remembers, and is asked as soon as it answers', async () => {
  const first = await worker();
  await first.drainHost({ host: 'asahi' });
  const before = await dump();
  for (const host of ['oloroso', 'bernini']) down.add(host);
  await first.mail(['ada']);
  expect(readLines(hosts.get('asahi') ?? '').map(({ activity }) => activity)).toEqual(['drainHost', 'mail']);

  await rm(path.join(dir, 'state'), { recursive: true });
  await restore(before);
  down.clear();
  down.add('asahi');
  const second = await worker();
  await second.drainHost({ host: 'bernini' });
  down.clear();
  now += 11 * 60_000;
  // The epochs of the two stores have met. The next host that answers still shows acts that this store never made.
  await expect(second.drainHost({ host: 'bernini' })).rejects.toMatchObject(BEHIND);
});

test('without any host that answers nothing acts, and it is tried again', async () => {
  for (const host of ['oloroso', 'asahi', 'bernini']) down.add(host);
  const one = await worker();
  await expect(one.drainHost({ host: 'asahi' })).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  down.delete('bernini');
  await one.drainHost({ host: 'asahi' });
  expect(one.drained).toEqual(['asahi']);
});

test('a torn line of a journal loses itself only', () => {
  const act: Act = { epoch: 7, run: 'a-1', at: '2027-02-03T00:00:00Z', activity: 'drainHost', workflow: 'semester/x' };
  expect(
    readLines(`${lineOf({ ...act, epoch: 6 })}7 a-1 {"epoch":7,"at\n${lineOf(act)}`).map(({ epoch }) => epoch),
  ).toEqual([6, 7]);
});

test('a line that a full disk or a power cut tore in the state directory does not swallow the next one', async () => {
  const act: Act = { epoch: 7, run: 'a-1', at: '2027-02-03T00:00:00Z', activity: 'drainHost', workflow: 'semester/x' };
  const stateDir = path.join(dir, 'torn');
  const journal = localJournal({ stateDir });
  await journal.append(act);
  await appendFile(path.join(stateDir, 'acts'), '8 a-1 {"epoch":8,"at');
  await journal.append({ ...act, epoch: 9 });
  expect((await journal.after(0)).map(({ epoch }) => epoch)).toEqual([7, 9]);
});

test('every activity that mails, drains, wipes or reboots is recorded; reading ones are not', () => {
  const recorded = ['sendNotices', 'drainHost', 'wipeHomes', 'rebootHost', 'removeMembers', 'notifyApprovers'] as const;
  const names = recorded.filter((name) => isRecorded(name as keyof Made));
  expect(names).toEqual(recorded);
  expect(isRecorded('proveAbsence')).toBe(false);
  expect(isRecorded('planNotices')).toBe(false);
  expect(mailMark({ semester: 's', kind: 'k', edition: 0, person: 'p' })).toMatch(/^[0-9a-f]{16}$/);
});
