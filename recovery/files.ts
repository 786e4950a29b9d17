import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface FileDigest {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** All regular files below a folder with their digests, by path. */
export async function digestsOf(folder: string): Promise<readonly FileDigest[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  const digests: FileDigest[] = [];
  for (const name of names.toSorted()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(name), hash);
    const { size } = await stat(name);
    digests.push({ path: path.relative(folder, name), size, sha256: hash.digest('hex') });
  }
  return digests;
}

/** Whether a folder holds nothing, or does not exist. */
export async function isEmptyFolder(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.length === 0;
}
