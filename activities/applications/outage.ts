import { tryAgain, isFailure } from '../failures.ts';
import type { ReadApplicantsDependencies } from './read-applicants.ts';
import { recordsOf } from './records.ts';

/**
 * Looks, and where survey or ID server do not answer says since when that is so: months of trying again are one line in
 * `status`. @throws ApplicationFailure as `look`
 */
export async function recordingOutage<T>(
  { store, clock }: Pick<ReadApplicantsDependencies, 'store' | 'clock'>,
  semester: string,
  look: () => Promise<T>,
): Promise<T> {
  const { outage } = recordsOf(store, semester);
  try {
    const seen = await look();
    if ((await outage.get()) !== null) await outage.put(null);
    return seen;
  } catch (error) {
    if (!isFailure(error, 'Unreachable')) throw error;
    const before = await outage.get();
    const since = before ?? clock().toISOString();
    if (before === null) await outage.put(since);
    throw tryAgain('Unreachable', `nothing can be seen of applications since ${since}: ${error.message}`, error);
  }
}
