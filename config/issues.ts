import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { keyOf, type ConfigDocument, type Path } from './document.ts';
import type { ConfigIssue } from './error.ts';
import { findSecrets } from './secrets.ts';

/** One violation of a rule across keys. */
export interface Violation {
  readonly path: Path;
  readonly expected: string;
  readonly remedy?: string;
  /** The other key of the contradiction. */
  readonly see?: Path;
}

const SEPARATOR = ',';

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  object: 'a mapping with the key source',
};

/** Completes "expected …" if the schema has no error text. */
const expectation: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'unrecognized_keys') {
    return issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(SEPARATOR) : '';
  }
  if (issue.code === 'invalid_type' && issue.inst instanceof z.ZodObject) {
    return `the keys ${Object.keys(issue.inst.shape).join(', ')}`;
  }
  if (issue.code === 'invalid_type') return KINDS[issue.expected] ?? issue.expected;
  // `addresses` is the only union whose branches have no error text.
  return issue.code === 'invalid_union' ? 'postgres or csv' : (issue.message ?? issue.code);
};

/** Formats a value for `found`: short, as JSON. */
function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  // JSON knows neither NaN nor infinity.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 76)}…"` : text;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
    value,
  );
}

function unknownKey(name: string, known: readonly string[]): string {
  const nearest = known.length > 0 ? closest(name, known) : undefined;
  const near = nearest !== undefined && distance(name, nearest) <= Math.max(2, name.length / 3);
  return near ? `a known key: did you mean ${nearest}?` : `one of ${known.join(', ')}`;
}

/** All issues of `document` from the schema, the rules across keys and the search for secrets, in file order. */
export function issuesOf(
  document: ConfigDocument,
  schema: z.ZodType,
  violations: readonly Violation[],
): readonly ConfigIssue[] {
  const { value } = document;
  const secrets = findSecrets(value);
  const issues: { path: Path; issue: ConfigIssue }[] = [];
  const add = (path: Path, rest: Pick<ConfigIssue, 'found' | 'expected' | 'remedy'>, of?: 'key') =>
    issues.push({ path, issue: { ...document.place(path, of), key: keyOf(path), ...rest } });

  for (const issue of schema.safeParse(value, { error: expectation }).error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      const known = issue.message.split(SEPARATOR);
      for (const name of issue.keys) {
        add([...issue.path, name], { found: 'an unknown key', expected: unknownKey(name, known) }, 'key');
      }
    } else add(issue.path, { found: show(valueAt(value, issue.path)), expected: issue.message });
  }
  for (const { path, expected, remedy, see } of violations) {
    const line = see === undefined ? null : document.place(see).line;
    const text = line === null ? expected : `${expected} (line ${line})`;
    add(path, { found: show(valueAt(value, path)), expected: text, ...(remedy !== undefined && { remedy }) });
  }
  // Another issue at the same path would print the secret's value.
  const open = issues.filter(({ path }) => !secrets.some((secret) => startsWith(path, secret.path)));
  const kept = [...open.map(({ issue }) => issue), ...(document.repeated ?? [])];
  for (const { path, remedy } of secrets) {
    const issue = { key: keyOf(path), found: 'a secret (not shown)', expected: 'no secrets in YAML', remedy };
    kept.push({ ...document.place(path, 'key'), ...issue });
  }
  return kept.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

const startsWith = (path: Path, start: Path) => start.every((part, index) => String(path[index]) === String(part));
