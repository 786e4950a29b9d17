import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Proof } from '../../domain/proof.ts';
import { awaitChild } from '../operator/children.ts';
import { runStep } from '../operator/steps.ts';
import { fleetUpdate } from '../fleet-update.ts';
import { myId, now } from '../operator/state.ts';
import type { Run } from '../run.ts';

/**
 * R2 and R8 as a child workflow, which reads the site itself. This workflow shows its gates and parked steps and
 * forwards answers.
 */
export async function updateFleet(run: Run): Promise<void> {
  const { operator, input, semester } = run;
  operator.enter('update');
  await runStep(operator, { name: 'update', phase: 'update' }, async (ref): Promise<Proof<'fleet-update'>> => {
    const workflowId = `${myId()}/update${ref.round > 1 ? `-${ref.round}` : ''}`;
    const child = await startChild(fleetUpdate, {
      workflowId,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `Update of the fleet in ${semester.name}`,
      args: [
        {
          site: input.site,
          name: semester.name,
          startedBy: input.startedBy,
          mode: semester.mode,
          keep: run.operator.state.exempt,
          parent: myId(),
          ...(semester.leader && { leader: semester.leader }),
        },
      ],
    });
    const { image, outcome, updated, deferred } = await awaitChild(operator, workflowId, child);
    return {
      what: 'fleet-update',
      at: now(),
      summary: `${outcome}${image ? `: ${image.facts.name}, ${updated} of ${updated + deferred} followers run it` : ''}`,
      facts: { outcome, image: image?.facts.name ?? null, updated, followers: updated + deferred },
      how: 'service',
    };
  });
}
