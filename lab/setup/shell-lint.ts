import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { scriptParts } from '../../activities/hosts/remote/scripts.ts';

const top = path.join(import.meta.dirname, '../..');

export interface Finding {
  readonly file: string;
  readonly line: number;
  /** `SC2086` */
  readonly code: string;
  readonly message: string;
}

/** Tracked shell scripts: by their name, or by their first line. */
async function shellScripts(): Promise<readonly string[]> {
  const { stdout } = await execa('git', ['ls-files', '-z'], { cwd: top });
  const files = stdout.split('\0').filter((file) => /(\.sh|\/[^./]+)$/.test(file));
  const kept = await Promise.all(
    files.map(async (file) => file.endsWith('.sh') || /^#!.*sh\b/.test(await readFile(path.join(top, file), 'utf8'))),
  );
  return files.filter((_, n) => kept[n]);
}

/** One file of those that a script is put together from; a path from the top folder. */
export interface Part {
  readonly file: string;
  readonly text: string;
}

/** Checks a text that is made of parts; each finding is at its place in its own part. */
export async function checkScript(parts: readonly Part[]): Promise<readonly Finding[]> {
  const whole = parts.map(({ text }) => text).join('\n');
  const shell = /^#!.*\bsh\b/.test(whole) ? 'sh' : 'bash';
  const args = ['--format=json1', `--shell=${shell}`, '-'];
  const { stdout, exitCode, stderr } = await execa('shellcheck', args, { input: whole, reject: false });
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`shellcheck: ${stderr}`);
  const { comments } = JSON.parse(stdout) as { comments: readonly { line: number; code: number; message: string }[] };
  return comments.map(({ line, code, message }) => {
    let rest = line;
    for (const { file, text } of parts) {
      const lines = text.split('\n').length;
      if (rest <= lines) return { file, line: rest, code: `SC${code}`, message };
      rest -= lines;
    }
    throw new Error(`shellcheck names line ${line}, which ${parts.at(-1)?.file} does not have`);
  });
}

const keyOf = ({ file, line, code, message }: Finding) => `${file}:${line} ${code} ${message}`;

/**
 * Runs shellcheck over each script as it runs: a script of activities/ with `common.sh` and its libraries before it. What is found in
 * a library counts where every script that uses it has it: a variable that one script leaves alone is another's.
 */
export async function lintShell(): Promise<readonly string[]> {
  const files = await shellScripts();
  const remote = files.filter((file) => file.startsWith('activities/'));
  const whole = await Promise.all(remote.map(async (file) => await scriptParts(path.basename(file, '.sh'))));
  const relative = whole.map((parts) => parts.map(({ file, text }) => ({ file: path.relative(top, file), text })));
  const libraries = new Set(relative.flatMap((parts) => parts.slice(0, -1).map(({ file }) => file)));
  const runs = relative.filter((parts) => !libraries.has(parts.at(-1)!.file));
  const others = files.filter((file) => !remote.includes(file));
  const alone = await Promise.all(
    others.map(async (file) => [{ file, text: await readFile(path.join(top, file), 'utf8') }]),
  );
  const all = [...runs, ...alone];
  const queue = new PQueue({ concurrency: availableParallelism() });
  const found = (await Promise.all(all.map((parts) => queue.add(() => checkScript(parts))))).flatMap(
    (some) => some ?? [],
  );
  return inEveryRun(found, all).toSorted();
}

/** What was found in all scripts that have the file; as `FILE:LINE CODE MESSAGE`. */
export function inEveryRun(found: readonly Finding[], all: readonly (readonly Part[])[]): readonly string[] {
  const distinct = new Map(found.map((one) => [keyOf(one), one]));
  return [...distinct].flatMap(([key, { file }]) => {
    const seen = found.filter((one) => keyOf(one) === key).length;
    return seen >= all.filter((parts) => parts.some((part) => part.file === file)).length ? [key] : [];
  });
}
