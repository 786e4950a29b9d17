import { readFile } from 'node:fs/promises';
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { ConfigError, type ConfigIssue } from './error.ts';

/** Path to an entry of a value: `['hosts', 2, 'name']`. */
export type Path = readonly PropertyKey[];

/** `hosts[2].name` */
export function keyOf(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** A YAML file as plain values, with the position of each. */
export interface ConfigDocument {
  readonly value: unknown;
  /** Position of the value at `path`, or of its key with `of: 'key'`; of the nearest parent if there is no value. */
  place(path: Path, of?: 'key'): Place;
  /** Keys that occur twice in one mapping; `value` has the last of them. */
  readonly repeated?: readonly ConfigIssue[];
}

/** Reads a YAML file. @throws ConfigError if it cannot be read or is not valid YAML. */
export async function readDocument(file: string): Promise<ConfigDocument> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const issue = { file, line: null, column: null, key: '', found: `no readable file (${error.code})` };
    throw new ConfigError([{ ...issue, expected: 'a YAML file' }]);
  });
  return parseConfig(file, text);
}

/** Parses the text of a YAML file. @throws ConfigError if it is not valid YAML. */
export function parseConfig(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    const issues = document.errors.map((error) => ({
      ...at(error.pos[0]),
      key: '',
      // The part after the colon can quote the file, and so a secret.
      found: `invalid YAML (${error.message.replace(/: .*$/s, '')})`,
      expected: 'valid YAML',
    }));
    throw new ConfigError(issues);
  }
  return {
    value: valuesOf(file, document),
    place: (path, of) => at(offsetOf(document, path, of)),
    repeated: repeatedKeys(document, at),
  };
}

function repeatedKeys(document: Document, at: (offset: number) => Place): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  visit(document, {
    Map(_, map, ancestors) {
      const chain = [...ancestors, map];
      const path = chain.flatMap((node, index): Path => {
        if (isPair(node)) return [String(node.key)];
        return isSeq(node) ? [node.items.indexOf(chain[index + 1])] : [];
      });
      const first = new Map<string, number>();
      for (const { key } of map.items) {
        if (!isScalar(key) || !key.range) continue;
        const name = String(key.value);
        const before = first.get(name);
        if (before === undefined) first.set(name, key.range[0]);
        else {
          const expected = `each key once (line ${at(before).line})`;
          issues.push({ ...at(key.range[0]), key: keyOf([...path, name]), found: 'the same key again', expected });
        }
      }
    },
  });
  return issues;
}

function valuesOf(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    const issue = { file, line: null, column: null, key: '', found: 'too many uses of an alias' };
    throw new ConfigError([{ ...issue, expected: 'at most 100' }]);
  }
}

function offsetOf(document: Document, path: Path, of?: 'key'): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const key = keyNode(document, path.slice(0, length));
    // A block mapping begins on the line below its key; the key is the more useful position.
    if (key !== undefined && (of === 'key' || length < path.length || !isNode(node) || isMap(node))) return key;
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

function keyNode(document: Document, path: Path): number | undefined {
  const holder = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(holder)) return undefined;
  const pair = holder.items.find((item) => isNode(item.key) && String(item.key) === String(path.at(-1)));
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}
