import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../activities/store/database.ts';
import { dumpStore, loadStore } from '../activities/store/dump.ts';
import { openDatabase } from '../activities/store/open.ts';
import { CliError, EXIT } from '../client/exit.ts';
import { loadSite } from '../config/load.ts';
import { loadSecrets } from '../worker/secrets.ts';
import { asCliError, embeddedFiles } from './open.ts';

/**
 * Copies the embedded store below `stateDir` to the empty PostgreSQL at SEMESTER_DATABASE_URL, in one transaction, compares
 * both, and moves the old files to a folder beside them. Returns the number of rows and that folder.
 * @throws CliError (2) if there is no embedded store, a worker has it open, or PostgreSQL is not empty or not durable
 */
export async function moveStore(siteFile: string): Promise<{ rows: number; kept: string }> {
  const { stateDir } = await loadSite(siteFile);
  const { databaseUrl } = await loadSecrets();
  if (databaseUrl === undefined)
    throw new CliError(
      EXIT.usage,
      'SEMESTER_DATABASE_URL is not set: it names the PostgreSQL that the store moves to.',
    );
  const files = embeddedFiles(await readdir(stateDir).catch(() => []));
  if (!files.includes('PG_VERSION'))
    throw new CliError(EXIT.usage, `${stateDir} holds no embedded store: there is nothing to move.`);
  const from = await asCliError(openDatabase({ dir: stateDir }));
  let rows: number;
  try {
    rows = await copyInto(await asCliError(openDatabase({ dir: stateDir, databaseUrl })), from);
  } finally {
    await from.close();
  }
  // A worker that is started with the embedded store again must not find the old ledger.
  const kept = path.join(stateDir, `embedded-store-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z`);
  await mkdir(kept, { mode: 0o700 });
  for (const name of files) await rename(path.join(stateDir, name), path.join(kept, name));
  return { rows, kept };
}

async function copyInto(to: Database, from: Database): Promise<number> {
  try {
    const lines = await dumpLines(from);
    const rows = await asCliError(
      loadStore(
        to,
        (async function* each() {
          yield* lines;
        })(),
      ),
    );
    const after = await dumpLines(to);
    // The first line is the version, which the migration may have raised.
    if (after.length !== lines.length)
      throw new CliError(
        EXIT.failed,
        `PostgreSQL has ${after.length - 1} rows, the embedded store ${lines.length - 1}.`,
      );
    return rows;
  } finally {
    await to.close();
  }
}

async function dumpLines(db: Database): Promise<readonly string[]> {
  const lines: string[] = [];
  await dumpStore(db, async (line) => void lines.push(line));
  return lines;
}
