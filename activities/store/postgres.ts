import pg from 'pg';
import type { Database } from './database.ts';

/**
 * PostgreSQL over the network, by a small pool.
 * @param url connection string, `postgres://user:password@host:5432/semester`. It is a secret and never logged.
 */
export function openPostgres(url: string): Database {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000 });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    async query(text, params = []) {
      const { rows } = await pool.query<Record<string, unknown>>(text, [...params]);
      return rows;
    },
    async script(text) {
      // PostgreSQL runs a simple query of several statements as one transaction.
      await pool.query(text);
    },
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        const result = await work(
          async (text, params = []) => (await client.query<Record<string, unknown>>(text, [...params])).rows,
        );
        await client.query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        // Closes the connection, which undoes the transaction.
        client.release(true);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}
