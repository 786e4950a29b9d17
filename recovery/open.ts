import { isFailure } from '../activities/failures.ts';
import type { Database } from '../activities/store/database.ts';
import { migrate } from '../activities/store/migrate.ts';
import { openDatabase } from '../activities/store/open.ts';
import { CliError, EXIT } from '../client/exit.ts';
import type { Site } from '../domain/site.ts';
import type { Secrets } from '../worker/secrets.ts';

/**
 * The store of this machine's worker, migrated: PostgreSQL at SEMESTER_DATABASE_URL, else the embedded one below `stateDir`.
 * @throws CliError (2) if a worker has the embedded one open; (4) if PostgreSQL does not answer
 */
export const openOwnDatabase = (site: Pick<Site, 'stateDir'>, { databaseUrl }: Secrets): Promise<Database> =>
  asCliError(openDatabase({ dir: site.stateDir, ...(databaseUrl !== undefined && { databaseUrl }) }, migrate));

/** Turns a failure of the store into an error of the command line. @throws CliError (2) wrong configuration; (4) no answer */
export async function asCliError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isFailure(error, 'ConfigInvalid')) throw new CliError(EXIT.usage, error.message);
    if (isFailure(error, 'Unreachable')) throw new CliError(EXIT.notFound, error.message);
    throw error;
  }
}

/** Those of the names in `stateDir` that belong to the embedded database. */
export const embeddedFiles = (names: readonly string[]): readonly string[] =>
  names.filter((name) => /^(PG_VERSION|base|global|pg_\w+|postgresql[.\w]*|postmaster\.\w+)$/.test(name));
