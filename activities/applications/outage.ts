import { tryAgain, isFailure } from '../failures.ts';
import type { ReadApplicantsDependencies } from './read-applicants.ts';
import { recordsOf } from './records.ts';

/**
 * Calls `read`. If survey or ID server do not answer, records since when and names it in the failure, so that months of
 * retries show as one line in `status`. @throws ApplicationFailure as `readApplicants`
 */
export async function recordingOutage<T>(
  { store, clock }: Pick<ReadApplicantsDependencies, 'store' | 'clock'>,
  semester: string,
  read: () => Promise<T>,
): Promise<T> {
  const { outage } = recordsOf(store, semester);
  try {
    const seen = await read();
    if ((await outage.get()) !== null) await outage.put(null);
    return seen;
  } catch (error) {
    if (!isFailure(error, 'Unreachable')) throw error;
    const before = await outage.get();
    const since = before ?? clock().toISOString();
    if (before === null) await outage.put(since);
    throw tryAgain('Unreachable', `applications cannot be read since ${since}: ${error.message}`, error);
  }
}
