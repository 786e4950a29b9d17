import type { DoctorCheck } from './contract.ts';

/** The result of a check. `wrong` and `warning` come with a remedy. */
export interface Finding {
  readonly state?: DoctorCheck['state'];
  readonly found: string;
  readonly remedy?: string;
}

/**
 * Runs a check and returns its row. An error becomes a `wrong` row. `remedy` applies unless the finding has its own.
 */
export async function runCheck(
  check: string,
  where: string,
  remedy: string,
  look: () => Promise<Finding> | Finding,
): Promise<DoctorCheck> {
  try {
    const { state = 'ok', found, remedy: own } = await look();
    const needed = state === 'wrong' || state === 'warning';
    return { check, where, state, found, remedy: needed ? (own ?? remedy) : '' };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { check, where, state: 'wrong', found, remedy };
  }
}

/** A row for a check that cannot run because another one failed. */
export const skipped = (check: string, where: string, found: string): DoctorCheck => ({
  check,
  where,
  state: 'skipped',
  found,
  remedy: '',
});
