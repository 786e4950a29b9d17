import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GATE_LIST, gateList } from '../../config/gate-list.ts';
import { GATE_DOCUMENTS, withGateTable } from '../../config/gate-table.ts';
import { jsonSchemas } from '../../config/json-schemas.ts';

test.each(Object.entries(jsonSchemas()))('%s is that of the code (else: npm run schema)', async (name, text) => {
  expect(await readFile(join(import.meta.dirname, '..', '..', 'config', name), 'utf8')).toBe(text);
});

test.each(Object.entries(GATE_DOCUMENTS))(
  '%s has the gates of the registry (else: npm run schema)',
  async (name, language) => {
    const text = await readFile(join(import.meta.dirname, '..', '..', name), 'utf8');
    expect(text).toBe(withGateTable(text, language));
  },
);

test('the list of gates names every gate of its folder (else: npm run schema)', async () => {
  expect(await readFile(GATE_LIST, 'utf8')).toBe(await gateList());
});

test('no path of this computer stands in them', () => {
  expect(Object.values(jsonSchemas()).join()).not.toContain(join(import.meta.dirname, '..', '..'));
});
