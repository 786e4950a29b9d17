import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { refuse } from '../failures.ts';

const FOLDER = new URL('scripts/', import.meta.url);

/**
 * The text of `scripts/NAME.sh`, with `scripts/common.sh` put before it, `before`, and whatever its own comment says that it
 * needs (`# Needs roots.sh.`). Read anew each time: what runs is what stands in the folder.
 * @throws ApplicationFailure `ConfigInvalid` when there is no such script.
 */
export async function scriptText(name: string, ...before: readonly string[]): Promise<string> {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw refuse('ConfigInvalid', `${JSON.stringify(name)} is no script's name`);
  try {
    const own = await rawText(name);
    const needed = (/^# Needs .*/.exec(own)?.[0] ?? '').matchAll(/Needs ([a-z-]+)\.sh\./g);
    const parts = ['common', ...before, ...[...needed].map(([, part = '']) => part)];
    return [...(await Promise.all(parts.map(rawText))), own].join('\n');
  } catch (error) {
    throw refuse('ConfigInvalid', `activities/hosts/scripts/${name}.sh cannot be read`, error);
  }
}

/** The text of `scripts/NAME.sh` alone. */
export const rawText = async (name: string): Promise<string> => await readFile(new URL(`${name}.sh`, FOLDER), 'utf8');

/** SHA-256 over the parts, each with its length, in hex. */
export function digestParts(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
