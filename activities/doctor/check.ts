import type { MessageKey } from '../../texts/keys.ts';
import type { Say } from '../../texts/messages.ts';
import type { DoctorCheck } from './contract.ts';

/** The name of a check: the same in every language, for programs. */
export type CheckName = { [K in MessageKey]: K extends `doctor.check.${infer Name}` ? Name : never }[MessageKey];

/** The result of a check. `wrong` and `warning` come with a remedy. */
export interface Finding {
  readonly state?: DoctorCheck['state'];
  readonly found: string;
  readonly remedy?: string;
}

/**
 * Runs a check and returns its row. An error becomes a `wrong` row, in its own words. `remedy` applies unless the finding has its own.
 */
export async function runCheck(
  say: Say,
  check: CheckName,
  where: string,
  remedy: string,
  look: () => Promise<Finding> | Finding,
): Promise<DoctorCheck> {
  const title = say(`doctor.check.${check}`);
  try {
    const { state = 'ok', found, remedy: own } = await look();
    const needed = state === 'wrong' || state === 'warning';
    return { check, title, where, state, found, remedy: needed ? (own ?? remedy) : '' };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { check, title, where, state: 'wrong', found, remedy };
  }
}

/** A row for a check that cannot run because another one failed. */
export const skipped = (say: Say, check: CheckName, where: string, found: string): DoctorCheck => ({
  check,
  title: say(`doctor.check.${check}`),
  where,
  state: 'skipped',
  found,
  remedy: '',
});
