import { cp, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { dumpStore } from '../activities/store/dump.ts';
import { openDatabase } from '../activities/store/open.ts';
import { CliError, EXIT } from '../client/exit.ts';
import { loadSite } from '../config/load.ts';
import manifest from '../package.json' with { type: 'json' };
import { loadSecrets } from '../worker/secrets.ts';
import { PARTS, seal, unseal, withScratch, type Part } from './archive.ts';
import { asCliError, embeddedFiles } from './open.ts';
import { checkDump, dumpDatabase, temporalDatabases } from './temporal-databases.ts';

export interface BackupOptions {
  readonly site: string;
  /** Folder of the backups; default: `backup.folder` of site.yaml. */
  readonly to?: string;
  /** Folder of the secrets' files. */
  readonly secrets: string;
}

export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly parts: readonly Part[];
  /** Older backups that were deleted. */
  readonly deleted: readonly string[];
}

/** Files of the backups: `gpu-semester-SITE-2027-02-03T04-05-06Z.age` */
const nameOf = (site: string, at: Date) =>
  `gpu-semester-${site}-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z.age`;

/**
 * Writes everything that the service needs to live on into one encrypted file, reads the file back, and deletes the oldest
 * backups beyond `backup.keep`. Temporal's databases come first: a store that is newer than they are knows each mail that they
 * know.
 * @throws CliError (2) if site.yaml names no recipients, the secrets cannot be read, or a store does not answer
 */
export async function backup(options: BackupOptions): Promise<Backup> {
  const site = await loadSite(options.site);
  if (!site.backup)
    throw new CliError(EXIT.usage, `${options.site} has no key backup: name its recipients there (docs/recovery.md).`);
  const { recipients, keep } = site.backup;
  const folder = options.to ?? site.backup.folder;
  await readdir(options.secrets).catch((error: NodeJS.ErrnoException) => {
    const remedy = 'Name the folder of the files with secrets: --secrets FOLDER';
    throw new CliError(EXIT.usage, `The secrets in ${options.secrets} cannot be read (${error.code}). ${remedy}`);
  });
  const { databaseUrl } = await loadSecrets();
  const databases = await temporalDatabases();
  const parts: readonly Part[] = PARTS.filter((part) => part !== 'temporal' || databases.length > 0);
  const now = new Date();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, nameOf(site.name, now));
  const part = `${file}.part`;
  await withScratch(folder, async (scratch) => {
    const content = path.join(scratch, 'content');
    await mkdir(path.join(content, 'temporal'), { recursive: true });
    for (const one of databases) await dumpDatabase(one, path.join(content, 'temporal', `${one.name}.dump`));
    await writeStore({ dir: site.stateDir, ...(databaseUrl !== undefined && { databaseUrl }) }, content);
    const secrets = path.resolve(options.secrets);
    const own = path.dirname(path.resolve(options.site));
    await cp(own, path.join(content, 'site'), { recursive: true, filter: (name) => path.resolve(name) !== secrets });
    // Secrets of Docker are links or mounts: their content counts.
    await cp(secrets, path.join(content, 'secrets'), { recursive: true, dereference: true });
    await copyState(site.stateDir, path.join(content, 'state'), folder);
    // This run alone can read the file back with its own key. The keys of the recipients are elsewhere.
    const identity = await generateX25519Identity();
    const about = { format: 1, made: now.toISOString(), site: site.name, version: manifest.version, parts } as const;
    await rm(part, { force: true });
    await seal(content, { ...about, databases: databases.map(({ name }) => name) }, part, [
      ...recipients,
      await identityToRecipient(identity),
    ]);
    const back = path.join(scratch, 'back');
    await mkdir(back);
    const { databases: named } = await unseal(part, identity, back);
    for (const name of named) await checkDump(path.join(back, 'temporal', `${name}.dump`));
  });
  await rename(part, file);
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
  const { size } = await stat(file);
  return { file, bytes: size, parts, deleted: await deleteOld(folder, site.name, keep) };
}

async function writeStore(place: { dir: string; databaseUrl?: string }, content: string): Promise<void> {
  const db = await asCliError(openDatabase(place));
  const file = await open(path.join(content, 'store'), 'wx', 0o600);
  try {
    await dumpStore(db, async (line) => void (await file.write(`${line}\n`)));
  } finally {
    await file.close();
    await db.close();
  }
}

/** The state directory without the embedded database, which is in the store, and clones, which can be made again. */
async function copyState(stateDir: string, to: string, backups: string): Promise<void> {
  await mkdir(to);
  const names = await readdir(stateDir).catch(() => []);
  const left = new Set([...embeddedFiles(names), 'homepage']);
  for (const name of names) {
    if (left.has(name) || name.startsWith('embedded-store-')) continue;
    const isNoBackup = (source: string) => path.resolve(source) !== path.resolve(backups);
    await cp(path.join(stateDir, name), path.join(to, name), { recursive: true, filter: isNoBackup });
  }
}

async function deleteOld(folder: string, site: string, keep: number): Promise<readonly string[]> {
  const own = (await readdir(folder)).filter(
    (name) => name.startsWith(`gpu-semester-${site}-2`) && /-\d{4}-\d\d-\d\dT[\d-]{8}Z\.age$/.test(name),
  );
  const old = own.toSorted().slice(0, -keep);
  for (const name of old) await rm(path.join(folder, name));
  return old;
}
