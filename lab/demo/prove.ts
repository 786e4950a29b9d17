import Table from 'cli-table3';
import type { Baseline } from './before.ts';
import type { Claim } from './claim.ts';
import { auditClaims, checkDone } from './prove-audit.ts';
import type { StoryResult } from './story.ts';
import { hostClaims } from './prove-hosts.ts';
import { serviceClaims } from './prove-services.ts';
import { storageClaims } from './prove-storage.ts';
import { storedClaims } from './prove-stored.ts';
import type { Stage } from './stage.ts';
import { green, red } from './ui.ts';

/** Checks every claim, prints a table, and returns a sentence for each claim that does not hold. */
export async function checkClaims(stage: Stage, before: Baseline, story: StoryResult): Promise<readonly string[]> {
  const { lab } = stage;
  const claims = [
    ...serviceClaims(lab, before),
    ...storageClaims(lab, before),
    ...hostClaims(lab, before, story),
    ...storedClaims(stage),
    ...auditClaims(stage),
  ];
  const prove = async ({ claim, check }: Claim) => {
    try {
      return { claim, seen: await check(), ok: true };
    } catch (error) {
      return { claim, seen: error instanceof Error ? error.message : String(error), ok: false };
    }
  };
  const results = await Promise.all(claims.map(prove));
  const last = { claim: 'hosts, group and ledger show nothing else', check: () => checkDone(stage) };
  results.push(await prove(last));
  const width = Math.max(80, Math.min(process.stdout.columns ?? 120, 140));
  const table = new Table({
    head: ['', 'claim', 'found'],
    colWidths: [3, 46, width - 53],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { claim, seen, ok } of results) table.push([ok ? green('✓') : red('✗'), claim, seen]);
  console.log(table.toString());
  return results.flatMap(({ claim, seen, ok }) => (ok ? [] : [`${claim}: ${seen}`]));
}
