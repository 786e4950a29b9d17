import type { Case } from './case.ts';
import { applications } from './applications.ts';
import { fleet1000 } from './fleet-1000.ts';
import { grants } from './grants/grants.ts';
import { program } from './program.ts';
import { rollout } from './rollout/rollout.ts';
import { semesterOverhead } from './semester-overhead.ts';
import { unanswered } from './unanswered.ts';

/** All cases, the quick ones first. */
const CASES: readonly Case[] = [program, semesterOverhead, unanswered, applications, fleet1000, grants, rollout];

/** The result with exactly this name, else all results whose names begin with it. */
function namesOf(only: string | undefined): readonly string[] {
  const all = CASES.flatMap((one) => Object.keys(one.goals));
  if (only === undefined) return all;
  return all.includes(only) ? [only] : all.filter((name) => name.startsWith(only));
}

/**
 * The cases that measure the named results, each with the requested ones.
 * @throws Error with all names if none matches.
 */
export function casesOf(
  only: string | undefined,
): readonly { readonly one: Case; readonly wanted: readonly string[] }[] {
  const names = namesOf(only);
  const chosen = CASES.map((one) => ({ one, wanted: Object.keys(one.goals).filter((name) => names.includes(name)) }));
  const found = chosen.filter(({ wanted }) => wanted.length > 0);
  if (found.length > 0) return found;
  throw new Error(`no result is named ${only}; use one of: ${namesOf(undefined).join(', ')}`);
}
