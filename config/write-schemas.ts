import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GATE_LIST, gateList } from './gate-list.ts';

await writeFile(GATE_LIST, await gateList());
// Imported only now: they read the list.
const { GATE_DOCUMENTS, withGateTable } = await import('./gate-table.ts');
const { jsonSchemas } = await import('./json-schemas.ts');

for (const [name, text] of Object.entries(jsonSchemas())) {
  await writeFile(join(import.meta.dirname, name), text);
}
for (const [name, language] of Object.entries(GATE_DOCUMENTS)) {
  const file = join(import.meta.dirname, '..', name);
  await writeFile(file, withGateTable(await readFile(file, 'utf8'), language));
}
