import { refuse, tryAgain, isFailure } from '../failures.ts';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import { MIGRATIONS } from './schema.ts';
import { createSqlStore } from './sql.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** Connection string of a PostgreSQL; without it PGlite runs inside the process. */
  readonly databaseUrl?: string;
  /** Folder of the embedded database, made if missing; `memory://` for one that is forgotten. */
  readonly dir: string;
  readonly clock?: () => Date;
}

/**
 * Opens the store and brings its tables to this version.
 * @throws ApplicationFailure `Unreachable` when PostgreSQL does not answer; `ConfigInvalid` when the folder is in use, or
 * the tables are of a newer version than this program.
 */
export async function openStore({ databaseUrl, dir, clock = () => new Date() }: StoreOptions): Promise<Store> {
  const db = databaseUrl === undefined ? await openEmbedded(dir) : openPostgres(databaseUrl);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw isFailure(error)
      ? error
      : tryAgain('Unreachable', `the store's database does not open: ${reason(error)}`, error);
  }
  return createSqlStore(db, clock);
}

// A refused connection to a name with several addresses is an AggregateError with a code and no text.
const reason = (error: unknown): string => {
  const { message, code } = error as Error & { code?: string };
  return message || (code ?? 'unknown reason');
};

// Two workers may start at once: the lock makes the second one wait and find the version that it wants.
const LOCKED = 'SELECT pg_advisory_xact_lock(710001);';

async function migrate(db: Database): Promise<void> {
  await db.script(`${LOCKED} CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY)`);
  let version = await currentVersion(db);
  if (version > MIGRATIONS.length)
    throw refuse(
      'ConfigInvalid',
      `the store's tables are of version ${version}, this program knows ${MIGRATIONS.length}: run a newer worker`,
    );
  for (; version < MIGRATIONS.length; version = await currentVersion(db)) {
    try {
      await db.script(`${LOCKED} INSERT INTO schema_version VALUES (${version + 1}); ${MIGRATIONS[version] ?? ''}`);
    } catch (error) {
      // Another worker made this version in between: its row stops ours, and the loop goes on from there.
      if ((await currentVersion(db)) <= version) throw error;
    }
  }
}

async function currentVersion(db: Database): Promise<number> {
  const [row] = await db.query('SELECT coalesce(max(version), 0)::int AS version FROM schema_version');
  return row?.version as number;
}
