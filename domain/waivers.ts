/** How many people a gate asks to waive one by one. A status of 64 KB holds their names. */
const ONE_BY_ONE = 500;

/** Waives many people with one word. The plan, which the digest binds, names them; the word counts them. */
const allOf = (names: readonly string[]): string => `all:${names.length}`;

/** What an approver names with `--waive` for these people: each name, or one word for very many. */
export const waivable = (names: readonly string[]): readonly string[] =>
  names.length <= ONE_BY_ONE ? names : [allOf(names)];

/** The people whom the waivers do not cover. */
export const notWaived = (names: readonly string[], waived: readonly string[]): readonly string[] =>
  names.length > ONE_BY_ONE && waived.includes(allOf(names)) ? [] : names.filter((name) => !waived.includes(name));

/** How many people a waiver covers with one word; null: it is a name. */
export function countOfAll(waiver: string): number | null {
  const count = /^all:(\d+)$/.exec(waiver)?.[1];
  return count === undefined ? null : Number(count);
}
