import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCatalogue } from './catalogue.ts';
import { keyTypes } from './key-types.ts';

const english = await readCatalogue(join(import.meta.dirname, '..', 'templates'), 'en');
await writeFile(join(import.meta.dirname, 'keys.ts'), keyTypes(english ?? new Map()));
