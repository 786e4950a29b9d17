import { condition } from '@temporalio/workflow';
import { gate } from '../operator/gates.ts';
import { now } from '../operator/state.ts';
import { skippable } from '../operator/steps.ts';
import { quick } from '../policies.ts';
import { accepts, beside, type Serving } from './state.ts';

/**
 * The gate `applications`, once a day where somebody waits: who was complete by then is let in when people have approved the
 * list. Mails and single decisions go on meanwhile; who completes an application later is on the next list.
 */
export async function reviewing(serving: Serving): Promise<never> {
  for (;;) {
    await condition(() => serving.review === 'due');
    const until = now();
    Object.assign(serving, { askedAt: until, review: 'asked' });
    serving.changed++;
    await beside(serving, () => ask(serving, until));
    serving.review = 'no';
    serving.changed++;
  }
}

async function ask(serving: Serving, until: string): Promise<void> {
  const { operator, semester, site } = serving;
  const result = await gate(operator, 'applications', {
    site,
    plan: () => quick.planApplications({ semester, until }),
    interrupted: () => !accepts(serving),
  });
  if (result.kind !== 'approved') return;
  const by = operator.state.gates.get('applications')?.approvals.map((approval) => approval.by) ?? [];
  const plan = result.plan.digest;
  await skippable(operator, 'approve-listed', () => quick.approveListed({ semester, plan, by }));
}
