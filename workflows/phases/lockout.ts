import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { OperatorContext } from '../operator/context.ts';
import { onSignal } from '../operator/receive.ts';
import { myId } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { acceptingStopped, stopAccepting } from '../messages.ts';
import { quick, long } from '../policies.ts';
import { semesterGate, type Run } from '../run.ts';

/**
 * R1.3: removes all members but the exempt ones from the GPU group. Returns false if the dates moved before the
 * removal.
 */
export async function lockOut(run: Run): Promise<boolean> {
  const { operator } = run;
  operator.enter('lockout');
  const seen = run.moved;
  const { semester, calendar, edition } = run;
  for (;;) {
    const result = await semesterGate(run, 'removal', {
      phase: 'lockout',
      plan: () => quick.planRemoval({ semester, calendar, edition, keep: run.operator.state.exempt }),
      interrupted: () => run.moved !== seen,
    });
    if (result.kind === 'interrupted') return false;
    const lockout = await runStep(operator, { name: 'group-removal', phase: 'lockout', approved: true }, (ref) =>
      result.kind === 'approved'
        ? long.removeMembers({ ref, plan: result.plan.digest })
        : quick.proveLockout({ keep: run.operator.state.exempt }),
    );
    if (lockout.status === 'void') continue;
    run.lockout = lockout.result;
    return true;
  }
}

/** Stops the applications of the last period and waits for it: they must not add members to the group again. */
export async function endOldApplications(operator: OperatorContext, workflow: string): Promise<void> {
  let stopped = false;
  const take = (from: { readonly workflow: string }) => {
    stopped ||= from.workflow === workflow;
  };
  onSignal(operator, acceptingStopped, take, 'between workflows: applications have stopped: {workflow}');
  try {
    await getExternalWorkflowHandle(workflow).signal(stopAccepting, { tell: myId() });
  } catch {
    return; // The workflow has already ended.
  }
  await condition(() => stopped);
}
