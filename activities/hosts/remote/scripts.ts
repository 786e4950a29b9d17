import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuse } from '../../failures.ts';

const ACTIVITIES = fileURLToPath(new URL('../../', import.meta.url));

/** One of the files that form a script. */
export interface ScriptPart {
  readonly file: string;
  readonly text: string;
}

/**
 * Each script by its name. It lies in the folder of the code that runs it. Script names are unique. They are read once, with the code that
 * they belong to: a `git pull` under a running worker must not mix versions.
 */
const scripts: Promise<ReadonlyMap<string, ScriptPart>> = readScripts();

async function readScripts(): Promise<ReadonlyMap<string, ScriptPart>> {
  const entries = await readdir(ACTIVITIES, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.sh'));
  const read = found.map(async ({ name, parentPath }) => {
    const file = path.join(parentPath, name);
    return [name.slice(0, -'.sh'.length), { file, text: await readFile(file, 'utf8') }] as const;
  });
  return new Map(await Promise.all(read));
}

/**
 * The text of script NAME (`NAME.sh`): `common.sh`, then `before`, then each library that the script's own comment
 * names (`# Needs roots.sh.`), then the script.
 * @throws ApplicationFailure `ConfigInvalid` if the script does not exist
 */
export async function scriptText(name: string, ...before: readonly string[]): Promise<string> {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw refuse('ConfigInvalid', `${JSON.stringify(name)} is not a script name`);
  try {
    return (await scriptParts(name, ...before)).map(({ text }) => text).join('\n');
  } catch (error) {
    throw refuse('ConfigInvalid', `the script ${name}.sh cannot be read below activities/`, error);
  }
}

/** The parts of `scriptText`, in order; the script itself is last. */
export async function scriptParts(name: string, ...before: readonly string[]): Promise<readonly ScriptPart[]> {
  const own = await partOf(name);
  const needed = (/^# Needs .*/.exec(own.text)?.[0] ?? '').matchAll(/Needs ([a-z-]+)\.sh\./g);
  const libraries = ['common', ...before, ...[...needed].map(([, part = '']) => part)];
  return [...(await Promise.all(libraries.map(partOf))), own];
}

/** The text of `NAME.sh` without its libraries. */
export const rawText = async (name: string): Promise<string> => (await partOf(name)).text;

async function partOf(name: string): Promise<ScriptPart> {
  const part = (await scripts).get(name);
  if (part === undefined) throw new Error(`there is no script ${name}.sh below activities/`);
  return part;
}

/** SHA-256 over the parts, each with its length, in hex. */
export function digestParts(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
