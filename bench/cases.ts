import type { Case } from './case.ts';
import { applications } from './applications.ts';
import { fleet1000 } from './fleet-1000.ts';
import { grants } from './grants/grants.ts';
import { rollout } from './rollout/rollout.ts';
import { semesterOverhead } from './semester-overhead.ts';

/** Everything that is measured, the quick ones first. */
export const CASES: readonly Case[] = [semesterOverhead, applications, fleet1000, grants, rollout];

const isOf = (only: string | undefined) => (name: string) =>
  only === undefined || name === only || name.startsWith(`${only}/`);

/**
 * The cases that have a result of this name, or below it, each with the names that are asked for.
 * @throws Error naming what there is.
 */
export function casesOf(
  only: string | undefined,
): readonly { readonly one: Case; readonly wanted: readonly string[] }[] {
  const chosen = CASES.map((one) => ({ one, wanted: Object.keys(one.goals).filter(isOf(only)) }));
  const found = chosen.filter(({ wanted }) => wanted.length > 0);
  if (found.length > 0) return found;
  const names = CASES.flatMap((one) => Object.keys(one.goals));
  throw new Error(`nothing is measured that is called ${only}; there is: ${names.join(', ')}`);
}
