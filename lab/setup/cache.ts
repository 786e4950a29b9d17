import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';

/** Says on one line what is being done, for people who wait. */
export type Progress = (line: string) => void;

/** Folder of what is built once and kept: `~/.cache/gpu-semester`, or below XDG_CACHE_HOME. */
export const cacheFolder = envPaths('gpu-semester', { suffix: '' }).cache;

/** Whether a file or folder is there. */
export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * The cached folder `name`, built by `build` when it is not there. It is built aside and moved into place, so that an
 * interrupted build is never taken for a whole one; of two builders at a time, the first wins.
 */
export async function cached(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(cacheFolder, name);
  if (await exists(folder)) return folder;
  const aside = path.join(cacheFolder, `.${name}-${randomUUID()}`);
  await mkdir(aside, { recursive: true });
  try {
    await build(aside);
    await rename(aside, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}
