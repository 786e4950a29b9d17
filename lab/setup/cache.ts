import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';

/** Reports progress, one line per call. */
export type Progress = (line: string) => void;

/** Cache folder: `~/.cache/gpu-semester`, or below XDG_CACHE_HOME. */
export const cacheFolder = envPaths('gpu-semester', { suffix: '' }).cache;

/** Whether a file or folder exists. */
export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * Returns the cached folder `name`; calls `build` if it does not exist. The build uses a temporary folder and a rename,
 * so an interrupted build leaves no incomplete folder. If two builds run at a time, the first to finish wins.
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
