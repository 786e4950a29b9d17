import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { installOperatorContext } from './operator/install.ts';
import { busy, installLockHandlers, turn, type LockState } from './lock.ts';
import { onSignal } from './operator/receive.ts';
import { acceptsApplications } from './messages.ts';

interface SiteInput {
  readonly site: string;
  readonly lock?: LockState;
  readonly applications?: string | null;
}

/** `site/<name>`: grants group and homepage to one semester at a time, from lockout to publish. */
export async function site(input: SiteInput): Promise<never> {
  const { workflowId } = workflowInfo();
  const operator = installOperatorContext({
    kind: 'site',
    name: workflowId,
    startedBy: 'worker',
    phase: 'idle',
    approvers: [],
  });
  const lock: LockState = input.lock ?? { holder: null, queue: [] };
  let applications = input.applications ?? null;
  const accepts = (workflow: string | null) => {
    applications = workflow;
  };
  installLockHandlers(operator, lock, accepts);
  onSignal(
    operator,
    acceptsApplications,
    ({ workflow, stopped }) => {
      if (stopped === undefined || stopped === applications) accepts(workflow);
    },
    'between workflows: who accepts applications now: {workflow, stopped?}',
  );
  while (!workflowInfo().continueAsNewSuggested) {
    await condition(() => busy(lock) || workflowInfo().continueAsNewSuggested);
    await turn(operator, lock, workflowId, () => applications);
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof site>({ site: input.site, lock, applications });
}
