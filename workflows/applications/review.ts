import { condition } from '@temporalio/workflow';
import type { SiteView } from '../../domain/site.ts';
import { gate } from '../operator/gates.ts';
import { now } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { quick } from '../policies.ts';
import { accepts, whileBusy, type ApplicationsState } from './state.ts';

/**
 * The gate `applications`, once a day if an applicant waits: after approval all applicants on the list are accepted.
 * Mails and single decisions continue; applications that are completed later go on the next list.
 */
export async function reviewDaily(state: ApplicationsState, site: SiteView): Promise<never> {
  for (;;) {
    await condition(() => state.review === 'due');
    const until = now();
    Object.assign(state, { askedAt: until, review: 'asked' });
    state.changed++;
    await whileBusy(state, () => reviewList(state, site, until));
    state.review = 'no';
    state.changed++;
  }
}

async function reviewList(state: ApplicationsState, site: SiteView, until: string): Promise<void> {
  const { operator, semester } = state;
  const result = await gate(operator, 'applications', {
    phase: 'applications',
    site,
    plan: () => quick.planApplications({ semester, until }),
    interrupted: () => !accepts(state),
  });
  if (result.kind !== 'approved') return;
  const by = operator.state.gates.get('applications')?.approvals.map((approval) => approval.by) ?? [];
  const plan = result.plan.digest;
  await runStep(operator, { name: 'approve-listed', phase: 'applications', skippable: true }, () =>
    quick.approveListed({ semester, plan, by }),
  );
}
