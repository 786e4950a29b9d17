import { condition, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { myId } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { acceptingStopped, stopAccepting } from '../messages.ts';
import { quick, long } from '../policies.ts';
import { semesterGate, type Run } from '../run.ts';

/** R1.3: remove them from the GPU group. Returns false when the dates moved before anybody was removed. */
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

/** The applications of the last period must not put anybody back into the group: they stop accepting first. */
export async function endOldApplications(workflow: string): Promise<void> {
  let stopped = false;
  setHandler(acceptingStopped, (from) => {
    stopped ||= from.workflow === workflow;
  });
  try {
    await getExternalWorkflowHandle(workflow).signal(stopAccepting, { tell: myId() });
  } catch {
    return; // It has ended already.
  }
  await condition(() => stopped);
}
