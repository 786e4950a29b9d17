/** What the semester says that it did, and how to see it without asking the semester. */
export interface Claim {
  readonly claim: string;
  /** Looks, and returns what is there in a few words. @throws Error saying what is there instead */
  readonly look: () => Promise<string>;
}

/** @throws Error with `otherwise` where it does not hold */
export function holds(fact: boolean, otherwise: string): void {
  if (!fact) throw new Error(otherwise);
}

/** @throws Error naming both where they differ */
export function same(what: string, found: readonly string[], expected: readonly string[]): void {
  const [there, wanted] = [found, expected].map((list) => list.toSorted().join(' ') || 'nothing');
  holds(there === wanted, `${what}: found ${there}, expected ${wanted}`);
}
