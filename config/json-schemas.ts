import { join } from 'node:path';
import { z } from 'zod';
import { semesterSchema } from './semester-schema.ts';
import { siteSchema } from './site-schema.ts';

function textOf(title: string, schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // The default is an absolute path on the machine that generates the schema.
      if (String(jsonSchema.default).startsWith(join(import.meta.dirname, '..'))) delete jsonSchema.default;
    },
  });
  return `${JSON.stringify({ title, ...json }, null, 2)}\n`;
}

/** The JSON Schemas for editors, by file name below config/. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return {
    'site.schema.json': textOf('site.yaml', siteSchema),
    'semester.schema.json': textOf('semester.yaml', semesterSchema),
  };
}
