import { digestOf } from '../../domain/digest.ts';
import type { ApplicantState, Matched } from '../../domain/applications.ts';
import type { Overview, recordsOf } from './records.ts';

/** Records the overview of the applications if it differs from the recorded one. */
export async function recordOverview(
  record: ReturnType<typeof recordsOf>['overview'],
  { applicants, nearMisses, unusable, unnamed }: Matched & Pick<Overview, 'unusable' | 'unnamed'>,
): Promise<void> {
  const counts: Partial<Record<ApplicantState, number>> = {};
  for (const { state } of applicants) counts[state] = (counts[state] ?? 0) + 1;
  const superseded = applicants.flatMap((applicant) => applicant.superseded);
  const overview: Overview = { counts, nearMisses, superseded, unusable, unnamed };
  const before = await record.get();
  if (before === null || digestOf(before) !== digestOf(overview)) await record.put(overview);
}
