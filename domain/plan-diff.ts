import type { PlanDiff } from './plan.ts';

const NAMES = ['user', 'username', 'name', 'host', 'uid', 'path'] as const;
/** Maximum characters of a value: a status with twenty values stays small. */
const LONGEST = 200;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const clip = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
const show = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));

/** The identity of a row in a list: its name, or the whole row. */
function rowName(row: unknown): string {
  if (!isFields(row)) return show(row);
  const name = NAMES.map((key) => row[key]).find((value) => typeof value === 'string' || typeof value === 'number');
  return name === undefined ? show(row) : String(name);
}

/** Rows by name; for rows with the same name (a user on two hosts) the key is the whole row. */
function byName(rows: readonly unknown[]): ReadonlyMap<string, unknown> {
  const named = rows.map((row) => [rowName(row), row] as const);
  const count = new Map<string, number>();
  for (const [name] of named) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(named.map(([name, row]) => [count.get(name) === 1 ? name : `${name} ${show(row)}`, row]));
}

function lines(path: string, before: unknown, after: unknown): string[] {
  if (Array.isArray(before) && Array.isArray(after)) return listLines(path, before, after);
  if (isFields(before) && isFields(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => lines(path === '' ? key : `${path}.${key}`, before[key], after[key]));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (typeof before === 'string' && typeof after === 'string' && /\n/.test(before + after))
    return textLines(path, before.split('\n'), after.split('\n'));
  return [`~ ${path}: ${clip(show(before))} → ${clip(show(after))}`];
}

/** The lines of a mail or post that differ, with line numbers: `- texts.notice.ko.text:3: old`, then `+ …: new`. */
function textLines(path: string, before: readonly string[], after: readonly string[]): string[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const differing = (mark: string, mine: readonly string[], others: readonly string[]) => {
    const known = new Set(others.slice(head, others.length - tail));
    return mine
      .slice(head, mine.length - tail)
      .flatMap((line, at) => (known.has(line) ? [] : [`${mark} ${path}:${head + at + 1}: ${clip(line)}`]));
  };
  const lines = [...differing('-', before, after), ...differing('+', after, before)];
  return lines.length > 0 ? lines : [`~ ${path}: the same lines in another order or number`];
}

function listLines(path: string, before: readonly unknown[], after: readonly unknown[]): string[] {
  const [old, now] = [byName(before), byName(after)];
  const added = [...now.keys()].filter((name) => !old.has(name)).map((name) => `+ ${clip(name)}`);
  const gone = [...old.keys()].filter((name) => !now.has(name)).map((name) => `- ${clip(name)}`);
  const changed = [...now].flatMap(([name, row]) =>
    old.has(name) ? lines(`${path}[${name}]`, old.get(name), row) : [],
  );
  return [...added, ...gone, ...changed];
}

/**
 * What changed between two plans' bindings, for people: `+ eve`, `- mallory`, `~ zone: Asia/Seoul → UTC`. Rows of lists
 * are matched by their user, name, host or uid, so their order does not matter. The first `limit` lines.
 */
export function diffBindings(before: unknown, after: unknown, limit = 20): PlanDiff {
  const all = lines('', before, after);
  return { lines: all.slice(0, limit), total: all.length };
}
