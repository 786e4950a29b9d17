import type { Client } from '@temporalio/client';
import { endOf, formatInstant } from '../../domain/moments.ts';
import { nextSemester } from '../../domain/next-semester.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { createApproverActivities } from '../mail/approvers.ts';
import type { MailDependencies } from '../mail/notices.ts';
import type { ApplicationActivities } from '../types.ts';

export interface NextSemesterDependencies extends Pick<MailDependencies, 'site' | 'store' | 'transport'> {
  readonly client: Client;
}

/** Reminds the group, in the last weeks of a period, that somebody has to start the next semester. */
export function createNextSemesterActivities(
  deps: NextSemesterDependencies,
): Pick<ApplicationActivities, 'proposeNextSemester'> {
  const { notifyApprovers } = createApproverActivities(deps);
  return {
    async proposeNextSemester({ semester, workflow, week }) {
      const site = await deps.site();
      const started = await laterSemester(deps.client, semester, site);
      if (started !== null) return { started };
      const until = endOf(semester.period.until, site.zone).toString();
      await notifyApprovers({
        ...{ workflow, semester: semester.name, kind: 'next-semester', about: semester.name },
        key: `next-semester:${week}`,
        headline: formatInstant(until, site.zone, site.language),
        lines: nextSemester(semester, site.zone).trimEnd().split('\n'),
        commands: [
          'semester check --site site.yaml --semester next.yaml',
          'semester start --semester next.yaml --by YOU',
        ],
      });
      return { started: null };
    },
  };
}

/** A semester of this site that runs and whose deadline is later; null where nobody has started one. */
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
