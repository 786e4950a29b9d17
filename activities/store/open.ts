import { refuse, tryAgain, isFailure } from '../failures.ts';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import { MIGRATIONS } from './schema.ts';
import { createSqlStore } from './sql.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** Connection string of PostgreSQL; without it, PGlite runs inside the process. */
  readonly databaseUrl?: string;
  /** Folder of the embedded database, created if missing; `memory://` keeps it in memory. */
  readonly dir: string;
  readonly clock?: () => Date;
}

/**
 * Opens the store and migrates its tables to this version.
 * @throws ApplicationFailure `Unreachable` if PostgreSQL does not answer; `ConfigInvalid` if the folder is in use, or
 * the tables have a newer version than this program
 */
export async function openStore({ databaseUrl, dir, clock = () => new Date() }: StoreOptions): Promise<Store> {
  const db = databaseUrl === undefined ? await openEmbedded(dir) : openPostgres(databaseUrl);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw isFailure(error)
      ? error
      : tryAgain('Unreachable', `the store's database cannot be opened: ${reason(error)}`, error);
  }
  return createSqlStore(db, clock);
}

// A refused connection to a name with several addresses is an AggregateError with a code and no text.
const reason = (error: unknown): string => {
  const { message, code } = error as Error & { code?: string };
  return message || (code ?? 'unknown reason');
};

// Two workers may start at once. The lock makes the second one wait until the first has migrated.
const LOCKED = 'SELECT pg_advisory_xact_lock(710001);';

async function migrate(db: Database): Promise<void> {
  await db.script(`${LOCKED} CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY)`);
  let version = await currentVersion(db);
  if (version > MIGRATIONS.length)
    throw refuse(
      'ConfigInvalid',
      `the store's tables have version ${version}, this program supports ${MIGRATIONS.length}: run a newer worker`,
    );
  for (; version < MIGRATIONS.length; version = await currentVersion(db)) {
    try {
      await db.script(`${LOCKED} INSERT INTO schema_version VALUES (${version + 1}); ${MIGRATIONS[version] ?? ''}`);
    } catch (error) {
      // Another worker migrated to this version first, so the insert fails. Continue from its version.
      if ((await currentVersion(db)) <= version) throw error;
    }
  }
}

async function currentVersion(db: Database): Promise<number> {
  const [row] = await db.query('SELECT coalesce(max(version), 0)::int AS version FROM schema_version');
  return row?.version as number;
}
