import { basename, join } from 'node:path';
import { readTextFile, TextFileError } from '../../config/text-file.ts';
import { refuse } from '../failures.ts';

/** A file of `templates/` as text: UTF-8, lines end with `\n`. */
export interface TemplateFile {
  /** Path for errors: `templates/mail/ko/notice.md`. */
  readonly file: string;
  readonly text: string;
}

/**
 * Reads a file below a templates folder, at every call, so that reject → edit → retry shows the new text.
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
    return { file, text: await readTextFile(join(templatesDir, ...path)) };
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
