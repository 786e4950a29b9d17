import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuse } from '../../failures.ts';

const ACTIVITIES = fileURLToPath(new URL('../../', import.meta.url));

/** Each script's file by its name. It lies in the folder of the code that runs it. Script names are unique. */
const files: Promise<ReadonlyMap<string, string>> = findScripts();

async function findScripts(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(ACTIVITIES, { recursive: true, withFileTypes: true });
  const scripts = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.sh'));
  return new Map(scripts.map(({ name, parentPath }) => [name.slice(0, -'.sh'.length), path.join(parentPath, name)]));
}

/** One of the files that form a script. */
export interface ScriptPart {
  readonly file: string;
  readonly text: string;
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
  const file = (await files).get(name);
  if (file === undefined) throw new Error(`there is no script ${name}.sh below activities/`);
  return { file, text: await readFile(file, 'utf8') };
}

/** SHA-256 over the parts, each with its length, in hex. */
export function digestParts(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
