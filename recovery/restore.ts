import { access, cp, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { EPOCH, type Epoch } from '../activities/epoch/acts.ts';
import { putBehind } from '../activities/epoch/recovery.ts';
import { loadStore } from '../activities/store/dump.ts';
import { openDatabase } from '../activities/store/open.ts';
import { createSqlStore } from '../activities/store/sql.ts';
import { CliError, EXIT } from '../client/exit.ts';
import { loadSite } from '../config/load.ts';
import { loadSecrets } from '../worker/secrets.ts';
import { PARTS, unseal, withScratch, type Manifest, type Part } from './archive.ts';
import { isEmptyFolder } from './files.ts';
import { asCliError } from './open.ts';
import { demandEmptyDatabase, restoreDatabase, temporalDatabases, TEMPORAL_DATABASES } from './temporal-databases.ts';

export interface RestoreOptions {
  readonly file: string;
  /** File with the age identity. */
  readonly identity: string;
  /** Where site.yaml goes, or is. */
  readonly site: string;
  /** Folder for the secrets' files. */
  readonly secrets: string;
  /** Default: all parts that the backup holds. */
  readonly only?: readonly Part[];
}

/**
 * Restores a backup onto a machine on which nothing is. Checks all targets first, then writes. Afterwards nothing acts until a
 * person confirms.
 * @throws CliError (2) if the backup or the identity cannot be read, or a target is not empty; (1) if the file is damaged
 */
export async function restoreService(options: RestoreOptions): Promise<{ manifest: Manifest; parts: readonly Part[] }> {
  const text = await readFile(options.identity, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const remedy = 'Name the file that age-keygen wrote: --identity FILE';
    throw new CliError(EXIT.usage, `The identity ${options.identity} cannot be read (${error.code}). ${remedy}`);
  });
  const identity = /^AGE-SECRET-KEY-\S+$/m.exec(text)?.[0];
  if (identity === undefined) throw new CliError(EXIT.usage, `${options.identity} holds no AGE-SECRET-KEY-1…`);
  await access(options.file).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `The backup ${options.file} cannot be read (${error.code}).`);
  });
  // Not in /tmp: a container's may be small or absent.
  const top = process.env['TMPDIR'] ?? path.dirname(path.resolve(options.file));
  return await withScratch(top, async (folder) => {
    const manifest = await unseal(options.file, identity, folder);
    const parts = PARTS.filter((part) => (options.only ?? manifest.parts).includes(part));
    for (const part of parts)
      if (!manifest.parts.includes(part)) throw new CliError(EXIT.usage, `${options.file} has no part ${part}.`);
    const inFile = (name: string) => path.join(folder, name);
    const siteFolder = path.dirname(path.resolve(options.site));
    const siteFile = path.join(parts.includes('site') ? inFile('site') : siteFolder, path.basename(options.site));
    const { stateDir: named } = await loadSite(siteFile);
    // A path that is relative to site.yaml is so at its new place.
    const within = path.relative(path.dirname(siteFile), named);
    const stateDir = within.startsWith('..') ? named : path.join(siteFolder, within);
    const targets = { site: siteFolder, secrets: path.resolve(options.secrets), state: stateDir } as const;
    const folders = (['site', 'secrets', 'state'] as const).filter((part) => parts.includes(part));
    for (const part of folders) {
      if (await isEmptyFolder(targets[part])) continue;
      throw new CliError(
        EXIT.usage,
        `${targets[part]} is not empty: a restore overwrites nothing. Nothing was changed.`,
      );
    }
    const databases = parts.includes('temporal') ? await temporalDatabases() : [];
    if (databases.map(({ name }) => name).join() !== (parts.includes('temporal') ? manifest.databases.join() : ''))
      throw new CliError(
        EXIT.usage,
        `${TEMPORAL_DATABASES} must name these databases, one a line: ${manifest.databases.join(', ')}. Nothing was changed.`,
      );
    for (const one of databases) await demandEmptyDatabase(one);
    // The store comes first: it refuses a database that is not empty.
    if (parts.includes('store')) await fillStore(stateDir, inFile('store'));
    for (const one of databases) await restoreDatabase(one, inFile(`temporal/${one.name}.dump`));
    for (const part of folders) {
      await mkdir(targets[part], { recursive: true, mode: 0o700 });
      // A folder of secrets within that of site.yaml is a part of its own.
      await cp(inFile(part), targets[part], { recursive: true, force: false });
    }
    return { manifest, parts };
  });
}

async function fillStore(stateDir: string, file: string): Promise<void> {
  const { databaseUrl } = await loadSecrets();
  const db = await asCliError(openDatabase({ dir: stateDir, ...(databaseUrl !== undefined && { databaseUrl }) }));
  const clock = () => new Date();
  try {
    const dump = await open(file);
    try {
      await asCliError(loadStore(db, dump.readLines()));
    } finally {
      await dump.close();
    }
    const store = createSqlStore(db, clock);
    const known = await store.getNamed<Epoch>(EPOCH);
    // The journals may know nothing of what Temporal did since.
    await putBehind(store, { was: known?.at ?? null, missing: [], noticedAt: clock().toISOString() });
  } finally {
    await db.close();
  }
}
