import { refuse } from '../activities/failures.ts';
import type { StoreOptions } from '../activities/store/open.ts';
import type { Site } from '../domain/site.ts';
import type { Secrets } from './secrets.ts';

/** PostgreSQL at SEMESTER_DATABASE_URL, or PGlite below `stateDir`, which never calls `fsync`. */
export const STORE_KINDS = ['postgres', 'embedded'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/**
 * The place of the store.
 * @throws ApplicationFailure `ConfigInvalid` if `kind` and SEMESTER_DATABASE_URL contradict each other
 */
export function storeOf(kind: StoreKind, { stateDir }: Site, { databaseUrl }: Secrets): StoreOptions {
  if (kind === 'postgres' && databaseUrl === undefined)
    throw refuse(
      'ConfigInvalid',
      'SEMESTER_DATABASE_URL is not set: the store needs PostgreSQL, as a power cut can lose entries of the embedded one. ' +
        'Set it to postgres://USER:PASSWORD@HOST/DATABASE (docs/running.md). ' +
        `An embedded store in ${stateDir} moves there by: semester store move. ` +
        'To try the service without PostgreSQL: --store embedded, or SEMESTER_STORE=embedded',
    );
  if (kind === 'embedded' && databaseUrl !== undefined)
    throw refuse(
      'ConfigInvalid',
      'SEMESTER_DATABASE_URL is set, but the embedded store is demanded: remove --store embedded (SEMESTER_STORE), or the address',
    );
  return { dir: stateDir, ...(databaseUrl !== undefined && { databaseUrl }) };
}
