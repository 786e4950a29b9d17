import { ApplicationFailure, condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { OperatorContext } from '../operator/context.ts';
import { onSignal } from '../operator/receive.ts';
import { myId } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { acceptingStopped, stopAccepting } from '../messages.ts';
import { quick, long } from '../policies.ts';
import { semesterGate, type Run } from '../run.ts';

/**
 * R1.3: removes all members but the exempt ones from the GPU group. Returns false if the dates have moved since `seen`, before the
 * removal. `askEmpty`: people approve also that nobody is removed, since a drain follows.
 */
export async function lockOut(run: Run, { askEmpty = false, seen = run.moved } = {}): Promise<boolean> {
  const { operator } = run;
  operator.enter('lockout');
  const { semester, calendar, edition } = run;
  for (;;) {
    const result = await semesterGate(run, 'removal', {
      phase: 'lockout',
      plan: () => quick.planRemoval({ semester, calendar, edition, keep: run.operator.state.exempt }),
      interrupted: () => run.moved !== seen,
      askEmpty,
    });
    if (result.kind === 'interrupted') return false;
    run.removing = true;
    const lockout = await runStep(operator, { name: 'group-removal', phase: 'lockout', approved: true }, (ref) =>
      result.kind === 'approved'
        ? long.removeMembers({ ref, plan: result.plan.digest })
        : quick.proveLockout({ keep: run.operator.state.exempt }),
    );
    if (lockout.status === 'void') {
      run.removing = run.lockout !== null;
      continue;
    }
    run.lockout = lockout.result;
    return true;
  }
}

/** How long applications may take to stop: they finish their poll and close their form. */
const STOP_WITHIN = '1 hour';
const STEP = 'end-old-applications';

/**
 * Stops the applications of the last period and waits for it: they must not add members to the group again. If they do not stop in an
 * hour, for example because they are paused, the step parks, and goes on when they stop or a person says so.
 */
export async function endOldApplications(operator: OperatorContext, workflow: string): Promise<void> {
  const { steps, orders } = operator.state;
  let stopped = false;
  const take = (from: { readonly workflow: string }) => {
    if (from.workflow !== workflow) return;
    stopped = true;
    // A parked step needs nobody any more.
    const message = { step: STEP, by: 'service', reason: `${workflow} has stopped` };
    if (steps.get(STEP)?.state === 'attention') orders.set(STEP, { kind: 'retry', message });
  };
  onSignal(operator, acceptingStopped, take, 'between workflows: applications have stopped: {workflow}');
  const stop = async (): Promise<void> => {
    if (stopped) return;
    try {
      await getExternalWorkflowHandle(workflow).signal(stopAccepting, { tell: myId() });
    } catch {
      return; // The workflow has already ended.
    }
    if (await condition(() => stopped, STOP_WITHIN, { summary: `wait until ${workflow} stops` })) return;
    throw ApplicationFailure.nonRetryable(
      `${workflow} has not stopped within an hour, and could add members to the group again. See what it waits for: semester status ${workflow}. ` +
        `Resume it, or end it: semester abort ${workflow} --by YOU --reason WHY; then retry`,
      'StillAccepting',
    );
  };
  await runStep(operator, { name: STEP, phase: 'lockout' }, stop);
}
