import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../activities/store/database.ts';
import { dumpStore, loadStore } from '../../../activities/store/dump.ts';
import { openEmbedded } from '../../../activities/store/embedded.ts';
import { migrate } from '../../../activities/store/migrate.ts';
import { MIGRATIONS } from '../../../activities/store/schema.ts';
import { createSqlStore } from '../../../activities/store/sql.ts';

let db: Database;
beforeAll(async () => {
  db = await openEmbedded('memory://');
}, 60_000);
afterAll(() => db.close());

let schemas = 0;
/** An empty database: a schema of its own within one PGlite, which starts slowly. */
async function emptyDatabase(): Promise<void> {
  await db.script(`CREATE SCHEMA s${++schemas}`);
  await db.query(`SET search_path TO s${schemas}`);
}

const versions = MIGRATIONS.map((_, at) => at + 1);
const key = { semester: '2027-spring', kind: 'notice-0', edition: 0, person: 'erin' };
const store = () => createSqlStore(db, () => new Date('2027-02-03T04:05:06.789Z'));

/** Rows that each version from 1 on can hold. */
async function fill(): Promise<string> {
  await store().putNamed('baseline/x', { pending: ['a\u0000b', '한'] });
  await store().claimMail(key, '<a@b>');
  await store().settleMail(key, 'sent', '250 ok');
  return store().putDocument({ homes: { erin: 2 ** 41 } });
}

async function expectFilled(document: string): Promise<void> {
  expect(await store().getNamed('baseline/x')).toEqual({ pending: ['a\u0000b', '한'] });
  expect(await store().getDocument(document)).toEqual({ homes: { erin: 2 ** 41 } });
  const entry = { ...key, state: 'sent', answer: '250 ok', at: '2027-02-03T04:05:06.789Z' };
  expect(await store().listMail('2027-spring')).toMatchObject([entry]);
}

async function dumped(): Promise<readonly string[]> {
  const lines: string[] = [];
  await dumpStore(db, async (line) => void lines.push(line));
  return lines;
}
async function* each(lines: readonly string[]) {
  yield* lines;
}

test.each(versions)('tables of version %i migrate to the newest and keep their rows', async (version) => {
  await emptyDatabase();
  await migrate(db, version);
  const document = await fill();
  await migrate(db);
  await migrate(db);
  await expectFilled(document);
  const recorded = await db.query('SELECT version FROM schema_version ORDER BY version');
  expect(recorded.map((row) => row.version)).toEqual(versions);
  await store().settleMail({ ...key, person: 'none' }, 'waived', null);
});

test.each(versions)('a dump of version %i fills a new database, which migrates', async (version) => {
  await emptyDatabase();
  await migrate(db, version);
  const document = await fill();
  const lines = await dumped();
  await emptyDatabase();
  expect(await loadStore(db, each(lines))).toBe(3);
  await expectFilled(document);
  await expect(loadStore(db, each(lines))).rejects.toMatchObject({ type: 'ConfigInvalid' });
});

test('a dump larger than a batch comes back whole, and one that is cut in a row leaves nothing', async () => {
  await emptyDatabase();
  await migrate(db);
  for (let n = 0; n < 1200; n++) await store().putNamed(`n/${n}`, n);
  const lines = await dumped();
  await emptyDatabase();
  await expect(loadStore(db, each([...lines.slice(0, 900), lines[901]!.slice(0, 20)]))).rejects.toThrow(/JSON/);
  expect(await db.query('SELECT name FROM named')).toEqual([]);
  expect(await loadStore(db, each(lines))).toBe(1200);
  expect((await dumped()).toSorted()).toEqual(lines.toSorted());
});

test('a dump and tables of a newer program are refused', async () => {
  await emptyDatabase();
  const newer = MIGRATIONS.length + 1;
  await expect(loadStore(db, each([JSON.stringify({ version: newer })]))).rejects.toThrow(`version ${newer}`);
  await migrate(db);
  await db.query('INSERT INTO schema_version VALUES ($1)', [newer]);
  await expect(migrate(db)).rejects.toMatchObject({ type: 'ConfigInvalid' });
});

/** Append the digest of a new migration. A digest that is here never changes: databases have run that text. */
const RELEASED = ['6b2b59ec5ceb23f7', '8c18639c2ef309b4'];

test('no migration that somebody has run is edited', () => {
  const digests = MIGRATIONS.map((text) => createHash('sha256').update(text).digest('hex').slice(0, 16));
  expect(digests).toEqual(RELEASED);
});
