import type { DoctorCheck } from './contract.ts';

/** What a look says: a state other than `ok` comes with a remedy. */
export interface Finding {
  readonly state?: DoctorCheck['state'];
  readonly found: string;
  readonly remedy?: string;
}

/** Looks, and turns what is thrown into a row: `remedy` is what to do where the failure does not say so itself. */
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

/** A row for what cannot be looked at, because of another row. */
export const skipped = (check: string, where: string, found: string): DoctorCheck => ({
  check,
  where,
  state: 'skipped',
  found,
  remedy: '',
});
