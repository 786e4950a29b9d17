import pg from 'pg';
import { refuse, tryAgain } from '../failures.ts';

/** Works on a connection to the ID server's database whose transactions cannot write. A statement may take `statementMs`. */
export async function readingIdServer<T>(
  url: string,
  statementMs: number,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: statementMs,
    options: '-c default_transaction_read_only=on',
  });
  // The connection may break between two statements. A running statement throws the same error.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The SQLSTATE of an error. The driver's message could contain parts of the connection string. */
export const sqlState = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no answer';

/**
 * Runs one query on the ID server's database, in a transaction that cannot write.
 * @throws ApplicationFailure `ConfigInvalid` or `Unreachable` with the SQLSTATE, never with the connection string
 */
export async function queryIdServer<R extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly R[]> {
  try {
    return await readingIdServer(url, 30_000, async (client) => (await client.query<R>(text, [...values])).rows);
  } catch (error) {
    const reason = sqlState(error);
    const known = REFUSED.get(reason);
    if (known) throw refuse('ConfigInvalid', `SEMESTER_ID_DATABASE_URL: the ID server's database ${known} (${reason})`);
    throw tryAgain('Unreachable', `the ID server's database does not answer (${reason})`);
  }
}

const GRANTS = 'docs/credentials.md, "ID server\'s database", has the grants';

/** SQLSTATEs that a retry cannot fix. */
const REFUSED = new Map([
  ['28P01', 'refuses the role or its password'],
  ['28000', 'refuses the role'],
  ['3D000', 'has no such database'],
  ['42501', `does not let the role read what the service needs: ${GRANTS}`],
  ['42P01', `lacks a table that the service reads: ${GRANTS}`],
  ['42703', `lacks a column that the service reads: ${GRANTS}`],
]);
