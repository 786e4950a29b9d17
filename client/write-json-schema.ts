import { writeFile } from 'node:fs/promises';
import { JSON_SCHEMA, jsonSchemaText } from './json-schema.ts';

/** `npm run schema`: the shape of `--json`, for readers and programs. */
await writeFile(JSON_SCHEMA, jsonSchemaText());
