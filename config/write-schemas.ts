import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GATE_DOCUMENTS, withGateTable } from './gate-table.ts';
import { jsonSchemas } from './json-schemas.ts';

for (const [name, text] of Object.entries(jsonSchemas())) {
  await writeFile(join(import.meta.dirname, name), text);
}
for (const [name, language] of Object.entries(GATE_DOCUMENTS)) {
  const file = join(import.meta.dirname, '..', name);
  await writeFile(file, withGateTable(await readFile(file, 'utf8'), language));
}
