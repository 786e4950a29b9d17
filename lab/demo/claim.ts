/** A claim about the semester's outcome, and a check of it that does not query the workflow. */
export interface Claim {
  readonly claim: string;
  /** Checks the claim; returns a short description of what it found. @throws Error with what it found instead */
  readonly check: () => Promise<string>;
}

/** @throws Error with the message `otherwise` if `fact` is false */
export function expectTrue(fact: boolean, otherwise: string): void {
  if (!fact) throw new Error(otherwise);
}

/** Compares two lists, ignoring order. @throws Error with both if they differ */
export function expectSame(what: string, found: readonly string[], expected: readonly string[]): void {
  const [there, wanted] = [found, expected].map((list) => list.toSorted().join(' ') || 'nothing');
  expectTrue(there === wanted, `${what}: found ${there}, expected ${wanted}`);
}
