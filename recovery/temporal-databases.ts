import { execa } from 'execa';
import pg from 'pg';
import { CliError, EXIT } from '../client/exit.ts';
import { readSecret } from '../config/read-secret.ts';

/** Connection strings of Temporal's databases, one a line, for backup and restore only. The worker never reads it. */
export const TEMPORAL_DATABASES = 'SEMESTER_TEMPORAL_DATABASE_URL';

export interface TemporalDatabase {
  /** `temporal` */
  readonly name: string;
  readonly url: string;
}

/** Temporal's databases; empty if the secret is not set. @throws CliError (2) if a line is not a connection string */
export async function temporalDatabases(text?: string): Promise<readonly TemporalDatabase[]> {
  const value = text ?? (await readSecret(TEMPORAL_DATABASES));
  const lines = (value ?? '').split(/\s+/).filter((line) => line !== '');
  return lines.map((url) => {
    const name = URL.canParse(url) ? new URL(url).pathname.slice(1) : '';
    if (!/^[\w-]+$/.test(name))
      throw new CliError(
        EXIT.usage,
        `${TEMPORAL_DATABASES} holds a line that is not postgres://USER:PASSWORD@HOST/NAME.`,
      );
    return { name, url };
  });
}

/** A program's view of a connection string. A password on the command line would be visible to every account. */
function environmentOf(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port || '5432',
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  };
}

async function program(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  try {
    await execa(name, args, { env, stdin: 'ignore' });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT')
      throw new CliError(
        EXIT.usage,
        `${name} is missing: install the client of PostgreSQL, as new as the server (postgresql-client).`,
      );
    throw new CliError(EXIT.failed, `${name} failed: ${(stderr ?? String(error)).slice(-2000)}`);
  }
}

/** Writes one of Temporal's databases to a file. @throws CliError with the words of pg_dump */
export const dumpDatabase = ({ url }: TemporalDatabase, file: string): Promise<void> =>
  program('pg_dump', ['--format=custom', '--no-owner', '--file', file], environmentOf(url));

/** Reads the table of contents of a dump. @throws CliError if it is not a whole one */
export const checkDump = (file: string): Promise<void> => program('pg_restore', ['--list', file]);

/** Fills an empty database from a dump, in one transaction. @throws CliError with the words of pg_restore */
export const restoreDatabase = ({ url, name }: TemporalDatabase, file: string): Promise<void> =>
  program(
    'pg_restore',
    ['--exit-on-error', '--single-transaction', '--no-owner', '--dbname', name, file],
    environmentOf(url),
  );

/**
 * Makes the database if it does not exist.
 * @throws CliError (2) if it holds tables; (4) if PostgreSQL does not answer
 */
export async function demandEmptyDatabase({ url, name }: TemporalDatabase): Promise<void> {
  const tables = await tablesIn(url).catch(async (error: unknown) => {
    // 3D000: the database does not exist.
    if ((error as { code?: string }).code !== '3D000') throw unreachable(name, error);
    const admin = new URL(url);
    admin.pathname = '/postgres';
    await withClient(admin.href, (client) => client.query(`CREATE DATABASE "${name}"`));
    return 0;
  });
  if (tables > 0)
    throw new CliError(
      EXIT.usage,
      `Temporal's database ${name} is not empty: it has ${tables} tables, so a server or its schema job has started there. ` +
        'A restore needs a new database (docs/recovery.md). Nothing was changed.',
    );
}

const tablesIn = (url: string): Promise<number> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ tables: number }>(
      "SELECT count(*)::int AS tables FROM information_schema.tables WHERE table_schema = 'public'",
    );
    return rows[0]?.tables ?? 0;
  });

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const unreachable = (name: string, error: unknown) =>
  new CliError(EXIT.notFound, `Temporal's database ${name} does not answer: ${(error as Error).message}`);
