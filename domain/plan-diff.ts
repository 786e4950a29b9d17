import type { PlanDiff } from './plan.ts';

const NAMES = ['user', 'name', 'host', 'uid', 'path'] as const;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));

/** What tells a row of a list from the others: its name, or all of it. */
function rowName(row: unknown): string {
  if (!isFields(row)) return show(row);
  const name = NAMES.map((key) => row[key]).find((value) => typeof value === 'string' || typeof value === 'number');
  return name === undefined ? show(row) : String(name);
}

/** Rows by name; rows of one name (a user on two hosts) are told apart by all that they are. */
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
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [`~ ${path}: ${show(before)} → ${show(after)}`];
}

function listLines(path: string, before: readonly unknown[], after: readonly unknown[]): string[] {
  const [old, now] = [byName(before), byName(after)];
  const added = [...now.keys()].filter((name) => !old.has(name)).map((name) => `+ ${name}`);
  const gone = [...old.keys()].filter((name) => !now.has(name)).map((name) => `- ${name}`);
  const changed = [...now].flatMap(([name, row]) =>
    old.has(name) ? lines(`${path}[${name}]`, old.get(name), row) : [],
  );
  return [...added, ...gone, ...changed];
}

/**
 * What changed between two plans' bindings, for people: `+ eve`, `- mallory`, `~ zone: Asia/Seoul → UTC`. Rows of lists
 * are matched by their user, name, host or uid, so that their order says nothing. The first `limit` lines.
 */
export function diffBindings(before: unknown, after: unknown, limit = 20): PlanDiff {
  const all = lines('', before, after);
  return { lines: all.slice(0, limit), total: all.length };
}
