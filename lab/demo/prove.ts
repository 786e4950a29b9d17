import Table from 'cli-table3';
import type { Lab } from '../lab.ts';
import type { Before } from './before.ts';
import { hostClaims } from './prove-hosts.ts';
import { serviceClaims } from './prove-services.ts';
import type { Told } from './story.ts';
import { storageClaims } from './prove-storage.ts';
import { green, red } from './ui.ts';

/** What the semester says that it did, and how to see it without asking the semester. */
export interface Claim {
  readonly claim: string;
  /** Looks, and returns what is there in a few words. @throws Error saying what is there instead */
  look(): Promise<string>;
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

/** Looks every proof up where it can be seen, prints a table, and returns a sentence for each that does not hold. */
export async function prove(lab: Lab, before: Before, told: Told): Promise<readonly string[]> {
  const claims = [...serviceClaims(lab, before), ...storageClaims(lab, before), ...hostClaims(lab, before, told)];
  const results = await Promise.all(
    claims.map(async ({ claim, look }) => {
      try {
        return { claim, seen: await look(), ok: true };
      } catch (error) {
        return { claim, seen: error instanceof Error ? error.message : String(error), ok: false };
      }
    }),
  );
  const width = Math.max(80, Math.min(process.stdout.columns ?? 120, 140));
  const table = new Table({
    head: ['', 'proof', 'what is there now'],
    colWidths: [3, 46, width - 53],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { claim, seen, ok } of results) table.push([ok ? green('✓') : red('✗'), claim, seen]);
  console.log(table.toString());
  return results.flatMap(({ claim, seen, ok }) => (ok ? [] : [`${claim}: ${seen}`]));
}
