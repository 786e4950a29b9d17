import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const EXAMPLE = path.join(import.meta.dirname, '../config/semester.example.yaml');

/**
 * Writes the example of a semester's file into `folder`, with its dates far ahead: programs that run by the clock of the computer refuse a
 * deadline that has passed. Returns the file.
 */
export async function writeExampleAhead(folder: string): Promise<string> {
  const file = path.join(folder, 'semester.example.yaml');
  await writeFile(file, (await readFile(EXAMPLE, 'utf8')).replaceAll(/\b20\d\d-(?=\d\d-\d\d)/g, '2099-'));
  return file;
}
