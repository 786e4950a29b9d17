import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readTextFile, TextFileError } from '../config/text-file.ts';
import { refuse } from '../activities/failures.ts';

/** A file of `templates/` as text: UTF-8, lines end with `\n`. */
export interface TemplateFile {
  /** Path for errors: `templates/mail/ko/notice.md`. */
  readonly file: string;
  readonly text: string;
}

/** The folder of the shipped templates. */
export const SHIPPED = join(import.meta.dirname, '..', 'templates');

/**
 * The shipped templates by their paths. Like scripts they are read once, with the code that they belong to: an upgrade under a running
 * worker must not mix versions.
 */
const shipped: Promise<ReadonlyMap<string, string>> = readShipped();

async function readShipped(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(SHIPPED, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name, parentPath }) => join(parentPath, name));
  const texts = files.map(async (file) => [file, await readTextFile(file)] as const);
  // Who asks for a file that is no text hears why.
  return new Map((await Promise.allSettled(texts)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

const textOf = async (path: string): Promise<string> =>
  (await shipped).get(resolve(path)) ?? (await readTextFile(path));

/**
 * Reads a file below a templates folder, one of a site's own at every call, so that reject → edit → retry shows the new text.
 * @throws ApplicationFailure `ConfigInvalid` naming the file that is missing or no text
 */
export async function readTemplate(templatesDir: string, ...path: readonly string[]): Promise<TemplateFile> {
  const found = await readIfThere(templatesDir, ...path);
  if (found !== null) return found;
  throw refuse('ConfigInvalid', `${join(basename(templatesDir), ...path)}: cannot be read (ENOENT); put the file back`);
}

/** Like `readTemplate`; null if the folder has no such file. */
export async function readIfThere(templatesDir: string, ...path: readonly string[]): Promise<TemplateFile | null> {
  const file = join(basename(templatesDir), ...path);
  try {
    return { file, text: await textOf(join(templatesDir, ...path)) };
  } catch (error) {
    if (!(error instanceof TextFileError)) throw error;
    const { code, problem } = error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code !== undefined)
      throw refuse('ConfigInvalid', `${file}: cannot be read (${code}); put the file back`, error);
    const place = problem.line === null ? file : `${file}:${problem.line}`;
    throw refuse('ConfigInvalid', `${place}: ${problem.found}; ${problem.remedy}`, error);
  }
}
