import type { Case } from './case.ts';
import { applications } from './applications.ts';
import { fleet1000 } from './fleet-1000.ts';
import { grants } from './grants/grants.ts';
import { rollout } from './rollout/rollout.ts';
import { semesterOverhead } from './semester-overhead.ts';

/** Everything that is measured, the quick ones first. */
const CASES: readonly Case[] = [semesterOverhead, applications, fleet1000, grants, rollout];

/** The result of just this name, else all whose names begin with it. */
function namesOf(only: string | undefined): readonly string[] {
  const all = CASES.flatMap((one) => Object.keys(one.goals));
  if (only === undefined) return all;
  return all.includes(only) ? [only] : all.filter((name) => name.startsWith(only));
}

/**
 * The cases that have results of this name, each with those that are asked for.
 * @throws Error naming what there is.
 */
export function casesOf(
  only: string | undefined,
): readonly { readonly one: Case; readonly wanted: readonly string[] }[] {
  const names = namesOf(only);
  const chosen = CASES.map((one) => ({ one, wanted: Object.keys(one.goals).filter((name) => names.includes(name)) }));
  const found = chosen.filter(({ wanted }) => wanted.length > 0);
  if (found.length > 0) return found;
  throw new Error(`nothing is measured that is called ${only}; there is: ${namesOf(undefined).join(', ')}`);
}
