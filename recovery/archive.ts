import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { CliError, EXIT } from '../client/exit.ts';
import { decryptFrom, encryptTo } from './age.ts';
import { digestsOf, type FileDigest } from './files.ts';

/** The parts of a backup, each a folder or file in it. */
export const PARTS = ['site', 'secrets', 'state', 'store', 'temporal'] as const;
export type Part = (typeof PARTS)[number];

/** `manifest.json` of a backup. */
export interface Manifest {
  readonly format: 1;
  /** UTC. */
  readonly made: string;
  readonly site: string;
  /** The program's version. */
  readonly version: string;
  readonly parts: readonly Part[];
  /** Temporal's databases, in the order of the secret. */
  readonly databases: readonly string[];
  readonly files: readonly FileDigest[];
}

/** Runs `work` with a folder that only this account can enter, within `below`, and deletes the folder. */
export async function withScratch<T>(below: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(below, '.semester-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Packs a folder with its manifest and encrypts it. */
export async function seal(
  folder: string,
  manifest: Omit<Manifest, 'files'>,
  file: string,
  recipients: readonly string[],
): Promise<void> {
  const files = await digestsOf(folder);
  await writeFile(path.join(folder, 'manifest.json'), JSON.stringify({ ...manifest, files }, null, 2));
  const tar = execa('tar', ['--create', '--directory', folder, '.'], { stdout: 'pipe', buffer: false });
  await Promise.all([encryptTo(file, recipients, tar.stdout), tar]);
}

/**
 * Decrypts a backup into an empty folder and compares each file with the manifest.
 * @throws CliError (1) if it is damaged, incomplete, or for other recipients
 */
export async function unseal(file: string, identity: string, folder: string): Promise<Manifest> {
  const plain = await decryptFrom(file, identity);
  await execa('tar', ['--extract', '--no-same-owner', '--directory', folder], { input: plain }).catch(
    (error: unknown) => {
      throw new CliError(EXIT.failed, `${file} is damaged or incomplete: ${String(error).slice(0, 500)}`);
    },
  );
  const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
  if (manifest.format !== 1) throw new CliError(EXIT.failed, `${file} has a format that this program does not know.`);
  const found = (await digestsOf(folder)).filter((one) => one.path !== 'manifest.json');
  if (JSON.stringify(found) !== JSON.stringify(manifest.files))
    throw new CliError(EXIT.failed, `${file} does not hold the files that its manifest names.`);
  return manifest;
}
