import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = fileURLToPath(new URL('..', import.meta.url));

/** A document for people, and the commands in it. */
export interface Document {
  /** `docs/running.md` */
  readonly file: string;
  readonly text: string;
  /** Shell lines of code blocks: continued lines joined, comments cut off, each command by itself. */
  readonly commands: readonly (readonly string[])[];
  /** Words of commands within sentences and tables, which may leave things out. */
  readonly mentioned: readonly (readonly string[])[];
}

/** READMEs, the files for contributors and docs/ with the decisions. */
export async function documents(): Promise<readonly Document[]> {
  const markdownIn = async (folder: string) =>
    (await readdir(path.join(top, folder)))
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.join(folder, name));
  const files = await Promise.all(['.', 'docs', 'docs/decisions'].map(markdownIn));
  return Promise.all(
    files.flat().map(async (file) => {
      const text = await readFile(path.join(top, file), 'utf8');
      return { file, text, commands: commandsOf(text), mentioned: mentionedIn(text) };
    }),
  );
}

/** Blocks behind a fence that names a shell or nothing, and indented ones. */
function blocksOf(text: string): readonly string[] {
  const fenced = [...text.matchAll(/^( *)```(?:sh)?\n(.*?)^\1```$/gms)].map(([, , block = '']) => block);
  const indented = text.replaceAll(/^ *```.*?^ *```$/gms, '').match(/(?<=\n\n)(?: {4}\S.*\n)(?: {4}.*\n)*/g) ?? [];
  return [...fenced, ...indented];
}

/** Words as a shell takes them, without quotes; enough for documents, not for scripts. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return words.slice(0, comment === -1 ? undefined : comment);
}
const unquoted = (word: string) => word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/gs, '$1$2');

function split(words: readonly string[]): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const word of words) {
    const ends = word.endsWith(';');
    if (/^([;|]|&&?)$/.test(word)) commands.push([]);
    else commands.at(-1)!.push(unquoted(ends ? word.slice(0, -1) : word));
    if (ends) commands.push([]);
  }
  return commands.filter((command) => command.length > 0);
}

/** What is sent to a file or read from one is no argument. */
function withoutFiles(command: readonly string[]): readonly string[] {
  const redirected = command.findIndex((word) => /^[<>]/.test(word));
  return redirected === -1 ? command : command.slice(0, redirected);
}

function commandsOf(text: string): readonly (readonly string[])[] {
  return blocksOf(text)
    .flatMap((block) => block.replaceAll(/ *\\\n\s*/g, ' ').split('\n'))
    .flatMap((line) => split(wordsOf(line)))
    .map(withoutFiles);
}

function mentionedIn(text: string): readonly (readonly string[])[] {
  const prose = text.replaceAll(/^ *```.*?^ *```$/gms, '').replaceAll(/^ {4}.*$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => split(wordsOf(code)).map(withoutFiles));
}
