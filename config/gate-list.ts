import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'domain', 'gates');

/** Where the list of gates stands. */
export const GATE_LIST = join(FOLDER, 'all.ts');

/** The text of `domain/gates/all.ts`: what each file of the folder declares by `export const …Gate`. */
export async function gateList(): Promise<string> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts')).toSorted();
  const lines = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(FOLDER, name), 'utf8');
      return [...text.matchAll(/^export const (\w+Gate) = (?:plan|hand)Gate\(/gm)].map(
        ([, gate]) => `export { ${gate} } from './${name}';\n`,
      );
    }),
  );
  return ['// Written by `npm run schema` from the files of this folder.\n', ...lines.flat()].join('');
}
