import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonSchemas } from '../../config/json-schemas.ts';

test.each(Object.entries(jsonSchemas()))('%s is that of the code (else: npm run schema)', async (name, text) => {
  expect(await readFile(join(import.meta.dirname, '..', '..', 'config', name), 'utf8')).toBe(text);
});

test('no path of this computer stands in them', () => {
  expect(Object.values(jsonSchemas()).join()).not.toContain(join(import.meta.dirname, '..', '..'));
});
