import { refuse } from '../failures.ts';
import type { Database } from './database.ts';
import { MIGRATIONS } from './schema.ts';

// Two workers may start at once. The lock makes the second one wait until the first has migrated.
const LOCKED = 'SELECT pg_advisory_xact_lock(710001);';

/**
 * Migrates the tables to this version, forward only. `schema_version` records each migration with its number.
 * @param to the version to stop at; default: the newest
 * @throws ApplicationFailure `ConfigInvalid` if the tables have a newer version than this program
 */
export async function migrate(db: Database, to = MIGRATIONS.length): Promise<void> {
  await db.script(`${LOCKED} CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY)`);
  let version = await currentVersion(db);
  if (version > MIGRATIONS.length)
    throw refuse(
      'ConfigInvalid',
      `the store's tables have version ${version}, this program supports ${MIGRATIONS.length}: run a newer worker`,
    );
  for (; version < to; version = await currentVersion(db)) {
    try {
      await db.script(`${LOCKED} INSERT INTO schema_version VALUES (${version + 1}); ${MIGRATIONS[version] ?? ''}`);
    } catch (error) {
      // Another worker migrated to this version first, so the insert fails. Continue from its version.
      if ((await currentVersion(db)) <= version) throw error;
    }
  }
}

/** The version of the tables; 0: there are none. */
async function currentVersion(db: Database): Promise<number> {
  const [row] = await db.query('SELECT coalesce(max(version), 0)::int AS version FROM schema_version');
  return row?.version as number;
}
