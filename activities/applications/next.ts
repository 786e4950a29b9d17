import type { Client } from '@temporalio/client';
import { endOf, formatInstant } from '../../domain/moments.ts';
import { nextSemester } from '../../domain/next-semester.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { nothingNew } from '../failures.ts';
import { notifyApprovers } from '../mail/approvers.ts';
import type { MailDependencies } from '../mail/dependencies.ts';
import type { ApplicationActivities } from './contract.ts';

export interface NextSemesterDependencies extends Pick<MailDependencies, 'site' | 'store' | 'transport' | 'clock'> {
  readonly client: Client;
}

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** Reminds the approvers in the last weeks of a period to start the next semester. */
export function proposeNextSemester(
  dependencies: NextSemesterDependencies,
): ApplicationActivities['proposeNextSemester'] {
  const { clock } = dependencies;
  const notify = notifyApprovers(dependencies);
  return async ({ semester, calendar, workflow }) => {
    const week = Math.floor((clock().getTime() - Date.parse(calendar.nextSemesterFrom)) / WEEK);
    if (week < 0) throw nothingNew(`the period ends at ${calendar.periodUntil}`);
    const site = await dependencies.site();
    const started = await laterSemester(dependencies.client, semester, site);
    if (started !== null) return { started };
    await notify({
      workflow,
      semester: semester.name,
      kind: 'next-semester',
      about: semester.name,
      key: `next-semester:${week + 1}`,
      headline: formatInstant(calendar.periodUntil, site.zone, site.language),
      lines: nextSemester(semester, site.zone).trimEnd().split('\n'),
      commands: [
        'semester check --site site.yaml --semester next.yaml',
        'semester start --semester next.yaml --by YOU',
      ],
    });
    throw nothingNew('the next semester has not been started');
  };
}

/** A running semester of this site with a later deadline; null if there is none. */
async function laterSemester(client: Client, { name, deadline }: Semester, site: Site): Promise<string | null> {
  const query = `WorkflowType = 'semester' AND ExecutionStatus = 'Running'`;
  const mine = endOf(deadline, site.zone).epochMilliseconds;
  for await (const { memo } of client.workflow.list({ query })) {
    const { site: where, semester, deadline: theirs } = memo ?? {};
    if (where !== site.name || typeof semester !== 'string' || semester === name || typeof theirs !== 'string')
      continue;
    if (endOf(theirs, site.zone).epochMilliseconds > mine) return semester;
  }
  return null;
}
