import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseConfig, type Path } from '../../config/document.ts';
import { draftOf } from '../../config/draft.ts';
import { issuesOf } from '../../config/issues.ts';
import { siteViolations } from '../../config/site-rules.ts';
import { siteSchema } from '../../config/site-schema.ts';
import { SITE_EXAMPLE } from './files.ts';

const example: unknown = parse(await readFile(SITE_EXAMPLE, 'utf8'));

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Object.entries(value).map(
    ([key, inner]) => [Array.isArray(value) ? Number(key) : key, inner] as const,
  );
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replaced(value: unknown, [part, ...rest]: Path, by: unknown): unknown {
  if (part === undefined) return by;
  const copy: object = structuredClone(value) as object;
  Reflect.set(copy, part, replaced(Reflect.get(copy, part), rest, by));
  return copy;
}

test('every error has a position in the file, whatever value stands there', () => {
  const junk = fc.oneof(fc.constantFrom(null, '', '..', '/', 'a\nb', -1, 0, [], {}), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(example)), junk, (path, by) => {
      const text = stringify(replaced(example, path, by));
      const document = parseConfig('site.yaml', text);
      const issues = issuesOf(document, siteSchema, siteViolations(draftOf(siteSchema, document.value) ?? {}, null));
      const lines = text.split('\n').length;
      for (const issue of issues) {
        expect(issue.line).toBeGreaterThan(0);
        expect(issue.line).toBeLessThanOrEqual(lines);
        expect(issue.expected).not.toBe('');
        expect(issue.expected).not.toMatch(/^(Invalid|a object|int$|too_|invalid_)|undefined/);
      }
      // Nothing is let pass that the schema refuses.
      if (issues.length === 0) expect(siteSchema.safeParse(document.value).success).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('aliases that would fill the memory are refused', () => {
  const bomb = [
    'a: &a [1,1,1,1,1,1,1,1,1,1]',
    'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]',
    'c: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
  ];
  expect(() => parseConfig('site.yaml', bomb.join('\n'))).toThrow('found too many uses of an alias');
});
