import { mkdir, realpath } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { refuse } from '../failures.ts';
import type { Database } from './database.ts';

/**
 * PostgreSQL inside this process (PGlite), with its files in `dir`, or in memory for `memory://`.
 * @throws ApplicationFailure `ConfigInvalid` if another process has opened the folder: two would corrupt it
 */
export async function openEmbedded(dir: string): Promise<Database> {
  const inMemory = dir.startsWith('memory://');
  const lock = inMemory ? null : await lockFolder(dir);
  // Only here: a worker with PostgreSQL does without its memory.
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create(dir);
  return {
    async query(text, params = []) {
      const { rows } = await db.query<Record<string, unknown>>(text, [...params]);
      return rows;
    },
    async script(text) {
      await db.transaction(async (tx) => {
        await tx.exec(text);
      });
    },
    transaction: (work) =>
      db.transaction(async (tx) =>
        work(async (text, params = []) => (await tx.query<Record<string, unknown>>(text, [...params])).rows),
      ),
    async close() {
      await db.close();
      lock?.close();
    },
  };
}

/**
 * Locks by an abstract Unix socket named after the folder. The kernel frees it when the process ends, so no lock goes
 * stale.
 */
async function lockFolder(dir: string): Promise<Server> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const name = createHash('sha256')
    .update(await realpath(dir))
    .digest('hex');
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        refuse(
          'ConfigInvalid',
          `${dir}: another worker has this embedded database open; stop it, or give both SEMESTER_DATABASE_URL`,
          cause,
        ),
      ),
    );
    server.listen(`\0gpu-semester-store-${name}`, resolve);
  });
  return server.unref();
}
