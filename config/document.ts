import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLParseError,
} from 'yaml';
import { ConfigError, type ConfigIssue } from './error.ts';
import { readTextFile, TextFileError } from './text-file.ts';

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

const MOST_BYTES = 1024 * 1024;
/** Deeper than any configuration; parser and checks recurse. */
const MOST_LEVELS = 30;

/** Reads a YAML file. @throws ConfigError if it cannot be read or is not valid YAML. */
export async function readDocument(file: string): Promise<ConfigDocument> {
  const text = await readTextFile(file, MOST_BYTES).catch((error: unknown) => {
    if (!(error instanceof TextFileError)) throw error;
    const { found, line, remedy } = error.problem;
    const expected = error.code === undefined ? 'a YAML file in UTF-8' : 'a YAML file';
    throw new ConfigError([{ file, line, column: line === null ? null : 1, key: '', found, expected, remedy }]);
  });
  return parseConfig(file, text);
}

/** Parses the text of a YAML file. @throws ConfigError if it is not valid YAML, or more than plain values. */
export function parseConfig(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  // One mistake often causes more errors further down.
  const [error] = document.errors;
  const wrong = error ? { offset: error.pos[0], ...syntaxError(error) } : notPlain(document);
  if (wrong) {
    const { offset, ...rest } = wrong;
    throw new ConfigError([{ ...at(offset), key: '', expected: 'valid YAML', ...rest }]);
  }
  return {
    value: valuesOf(at, document),
    place: (path, of) => at(offsetOf(document, path, of)),
    repeated: repeatedKeys(document, at),
  };
}

interface Wrong {
  readonly found: string;
  readonly expected?: string;
  readonly remedy?: string;
}

function syntaxError({ code, message }: YAMLParseError): Wrong {
  if (code === 'MULTIPLE_DOCS') {
    return { found: 'a second document (a line --- or ...)', expected: 'one document', remedy: 'keep one per file' };
  }
  if (message.includes('call stack')) return TOO_DEEP;
  // The part after the colon can quote the file, and so a secret.
  return { found: `invalid YAML (${message.replace(/(?<=\w): .*$/s, '')})` };
}

const TOO_DEEP: Wrong = { found: 'values nested too deeply', expected: `at most ${MOST_LEVELS} levels` };
const MOST_ALIASES = 100;
const TOO_MANY_ALIASES = { found: 'too many uses of an alias', expected: `at most ${MOST_ALIASES}` };
const CORE_TAGS = new Set(
  ['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((tag) => `tag:yaml.org,2002:${tag}`),
);

/** The first place where a document is more than plain values: what surprises people, or what no value can express. */
function notPlain(document: Document): (Wrong & { readonly offset: number }) | undefined {
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit && yaml.version !== '1.2') {
    return {
      offset: 0,
      found: `the directive %YAML ${yaml.version}`,
      expected: 'YAML 1.2',
      remedy: 'delete that line',
    };
  }
  let wrong: (Wrong & { offset: number }) | undefined;
  let aliases = 0;
  const stop = (node: Node, why: Wrong) => {
    wrong = { offset: node.range?.[0] ?? 0, ...why };
    return visit.BREAK;
  };
  visit(document, {
    Node(_, node, ancestors) {
      if (ancestors.length > 2 * MOST_LEVELS) return stop(node, TOO_DEEP);
      if (isAlias(node)) {
        // Before it is resolved: each time goes through the whole document.
        if ((aliases += 1) > MOST_ALIASES) return stop(node, TOO_MANY_ALIASES);
        const target = node.resolve(document);
        if (!target)
          return stop(node, { found: 'an alias of an anchor that does not exist', expected: 'an earlier &anchor' });
        if (ancestors.includes(target))
          return stop(node, { found: 'an anchor that contains itself', expected: 'plain values' });
      } else if (node.tag !== undefined && !CORE_TAGS.has(node.tag)) {
        return stop(node, { found: 'a tag (!)', expected: 'plain values', remedy: 'delete the tag' });
      }
      return undefined;
    },
    Pair(_, { key }) {
      if (!isNode(key)) return undefined;
      if (!isScalar(key)) return stop(key, { found: 'a key that is no word', expected: 'keys of one word' });
      if (key.value !== '<<') return undefined;
      return stop(key, { found: 'a merge key (<<)', expected: 'plain keys', remedy: 'write the merged keys out' });
    },
  });
  return wrong;
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

function valuesOf(at: (offset: number) => Place, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    throw new ConfigError([{ ...at(0), key: '', ...TOO_MANY_ALIASES }]);
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
