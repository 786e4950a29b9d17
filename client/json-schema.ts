import path from 'node:path';
import { z } from 'zod';
import { jsonOutput } from './json-results.ts';

/** The file that describes the output of `--json`. */
export const JSON_SCHEMA = path.join(import.meta.dirname, '..', 'docs', 'json.schema.json');

/** The JSON Schema of every command's output with `--json`. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(jsonOutput, { io: 'input' });
  return `${JSON.stringify({ title: 'The output of semester COMMAND --json', ...schema }, null, 2)}\n`;
}
