import { condition } from '@temporalio/workflow';
import { gate } from '../desk/gates.ts';
import { now } from '../desk/state.ts';
import { skippable } from '../desk/steps.ts';
import { quick } from '../policies.ts';
import { accepts, beside, type Serving } from './serving.ts';

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
  const { desk, semester, site } = serving;
  const result = await gate(desk, 'applications', {
    site,
    plan: () => quick.planApplications({ semester, until }),
    skippable: true,
    interrupted: () => !accepts(serving),
  });
  if (result.kind !== 'approved') return;
  const by = desk.state.gates.get('applications')?.approvals.map((approval) => approval.by) ?? [];
  const plan = result.plan.digest;
  await skippable(desk, 'approve-listed', () => quick.approveListed({ semester, plan, by }));
}
