import { refuse, tryAgain, isFailure } from '../failures.ts';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import { migrate } from './migrate.ts';
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
 * @throws ApplicationFailure `Unreachable` if PostgreSQL does not answer; `ConfigInvalid` if the folder is in use,
 * PostgreSQL may lose what it has confirmed, or the tables have a newer version than this program
 */
export async function openStore({ clock = () => new Date(), ...place }: StoreOptions): Promise<Store> {
  return createSqlStore(await openDatabase(place, migrate), clock);
}

/**
 * Opens the store's database and prepares it; without `prepare`, changes nothing.
 * @throws ApplicationFailure like `openStore`
 */
export async function openDatabase(
  { databaseUrl, dir }: Omit<StoreOptions, 'clock'>,
  prepare: (db: Database) => Promise<void> = async () => undefined,
): Promise<Database> {
  const db = databaseUrl === undefined ? await openEmbedded(dir) : openPostgres(databaseUrl);
  try {
    if (databaseUrl !== undefined) await demandDurable(db);
    await prepare(db);
    return db;
  } catch (error) {
    await db.close();
    throw isFailure(error)
      ? error
      : tryAgain('Unreachable', `the store's database cannot be opened: ${reason(error)}`, error);
  }
}

// A refused connection to a name with several addresses is an AggregateError with a code and no text.
const reason = (error: unknown): string => {
  const { message, code } = error as Error & { code?: string };
  return message || (code ?? 'unknown reason');
};

/** Without these settings PostgreSQL confirms a commit that a power cut can undo. */
const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** @throws ApplicationFailure `ConfigInvalid` naming the settings that are off */
async function demandDurable(db: Database): Promise<void> {
  const rows = await db.query("SELECT name FROM pg_settings WHERE name = ANY ($1) AND setting = 'off' ORDER BY name", [
    DURABLE,
  ]);
  const off = rows.map(({ name }) => String(name));
  if (off.length > 0)
    throw refuse(
      'ConfigInvalid',
      `the store's PostgreSQL has ${off.join(' and ')} off: a power cut would lose the ledger of mails; set ${off.join(', ')} to on`,
    );
}
