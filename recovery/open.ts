import { isFailure } from '../activities/failures.ts';
import { CliError, EXIT } from '../client/exit.ts';

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
