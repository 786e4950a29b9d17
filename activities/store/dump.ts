import { refuse } from '../failures.ts';
import type { Database, Row } from './database.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './schema.ts';

/** A row of a table in a dump; the first line of a dump names the version of the tables. */
interface DumpedRow {
  readonly table: string;
  readonly row: unknown;
}

/** Rows that are read or written at once. */
const BATCH = 500;

/**
 * Writes the whole store as JSON lines, in one state of the data: `{"version": 2}`, then `{"table", "row"}` for each row. Both
 * databases read and write it, whatever their versions.
 * @param write called with each line, without its line break
 */
export async function dumpStore(db: Database, write: (line: string) => Promise<void>): Promise<void> {
  await db.transaction(async (query) => {
    const [found] = await query('SELECT max(version)::int AS version FROM schema_version');
    await write(JSON.stringify({ version: found?.version }));
    for (const table of await tablesOf(query)) {
      // One transaction sees one state, so the order of pages is the same for each batch.
      for (let from = 0; ; from += BATCH) {
        const rows = await query(
          `SELECT row_to_json(t)::text AS row FROM (SELECT * FROM ${table} ORDER BY ctid LIMIT ${BATCH} OFFSET ${from}) t`,
        );
        for (const { row } of rows) await write(JSON.stringify({ table, row: JSON.parse(String(row)) as unknown }));
        if (rows.length < BATCH) break;
      }
    }
  });
}

/**
 * Fills an empty database from a dump, in one transaction, and migrates it to this version. Returns the number of rows.
 * @throws ApplicationFailure `ConfigInvalid` if the database holds rows, or a newer program made the dump
 */
export async function loadStore(db: Database, lines: AsyncIterable<string>): Promise<number> {
  const reader = lines[Symbol.asyncIterator]();
  const { version } = JSON.parse(((await reader.next()).value as string | undefined) ?? '{}') as { version?: number };
  if (version === undefined || version > MIGRATIONS.length)
    throw refuse(
      'ConfigInvalid',
      `the dump has tables of version ${version}, this program supports ${MIGRATIONS.length}: run a newer one`,
    );
  // The rows have the shape of their own version. Later migrations change them as they would have there.
  await migrate(db, version);
  const rows = await db.transaction(async (query) => {
    const known = await demandEmpty(query, version);
    let batch: DumpedRow[] = [];
    let total = 0;
    const flush = async () => {
      const [first] = batch;
      if (!first) return;
      if (!known.includes(first.table))
        throw refuse('ConfigInvalid', `the dump has a table ${first.table}, which version ${version} does not have`);
      await query(`INSERT INTO ${first.table} SELECT * FROM json_populate_recordset(NULL::${first.table}, $1::json)`, [
        JSON.stringify(batch.map(({ row }) => row)),
      ]);
      total += batch.length;
      batch = [];
    };
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
      const read = JSON.parse(next.value) as DumpedRow;
      if (batch.length >= BATCH || (batch[0] && batch[0].table !== read.table)) await flush();
      batch.push(read);
    }
    await flush();
    return total;
  });
  await migrate(db);
  return rows;
}

/** Returns the tables' names. @throws ApplicationFailure `ConfigInvalid` if one holds rows, or they have another version */
async function demandEmpty(query: Database['query'], version: number): Promise<readonly string[]> {
  const [found] = await query('SELECT max(version)::int AS version FROM schema_version');
  const tables = await tablesOf(query);
  for (const table of tables) {
    const [row] = await query(`SELECT 1 AS one FROM ${table} LIMIT 1`);
    if (row)
      throw refuse('ConfigInvalid', `the store is not empty: its table ${table} holds rows; nothing was changed`);
  }
  if (found?.version !== version)
    throw refuse(
      'ConfigInvalid',
      `the store's empty tables have version ${String(found?.version)}, those of the dump ${version}: give a new database`,
    );
  return tables;
}

/** Names of the store's tables, quoted by PostgreSQL; not `schema_version`, which the migrations fill. */
async function tablesOf(query: Database['query']): Promise<readonly string[]> {
  const rows: readonly Row[] = await query(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> 'schema_version' ORDER BY 1`,
  );
  return rows.map(({ name }) => String(name));
}
