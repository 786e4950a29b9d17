import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { hostAuthority } from './contract.ts';

const FOLDER = import.meta.dirname;

/** Where the factory of the activities on the hosts stands. */
export const HOST_FACTORY = path.join(FOLDER, 'activities.ts');

const LINE = 120;

/**
 * The text of `activities.ts`: each activity of the contract, from the file of a room that exports a function of its name.
 * @throws Error if no file, or more than one, exports an activity
 */
export async function hostFactory(): Promise<string> {
  const exported = await exportedNames();
  const names = Object.keys(hostAuthority);
  const home = new Map(names.map((name) => [name, fileOf(name, exported)]));
  const files = [...new Set(home.values())].toSorted();
  const inFile = (file: string) => names.filter((name) => home.get(name) === file).toSorted();
  const imports = [
    ...files.map((file) => [file, importLine(inFile(file), file)] as const),
    ['contract.ts', "import type { HostActivities } from './contract.ts';"] as const,
    ['dependencies.ts', "import type { HostDependencies } from './dependencies.ts';"] as const,
  ].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    '// Written by `npm run schema` from the contracts of the rooms.',
    ...imports.map(([, line]) => line),
    '',
    "/** R2 to R5, R7's Docker ranges, R8 and R9: everything that happens on the hosts, room by room. */",
    'export function createHostActivities(dependencies: HostDependencies): HostActivities {',
    '  return {',
    ...files.flatMap(inFile).map((name) => `    ${name}: ${name}(dependencies),`),
    '  };',
    '}',
    '',
  ].join('\n');
}

/** By file of a room, `wipe/wipe.ts`: the names of the functions that it exports. */
async function exportedNames(): Promise<ReadonlyMap<string, readonly string[]>> {
  const entries = await readdir(FOLDER, { recursive: true });
  const files = entries.filter((name) => name.endsWith('.ts') && name.includes(path.sep));
  const read = async (file: string) => {
    const text = await readFile(path.join(FOLDER, file), 'utf8');
    return [file, [...text.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name = '']) => name)] as const;
  };
  return new Map(await Promise.all(files.map(read)));
}

function fileOf(name: string, exported: ReadonlyMap<string, readonly string[]>): string {
  const files = [...exported].filter(([, names]) => names.includes(name)).map(([file]) => file);
  const [file] = files;
  if (file !== undefined && files.length === 1) return file;
  throw new Error(`activity ${name}: one file below ${FOLDER} must export it, found ${files.join(', ') || 'none'}`);
}

function importLine(names: readonly string[], file: string): string {
  const line = `import { ${names.join(', ')} } from './${file}';`;
  return line.length <= LINE ? line : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from './${file}';`;
}
