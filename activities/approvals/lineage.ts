import { Context } from '@temporalio/activity';
import { isGrpcServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { FirstRun } from '../../domain/grant.ts';
import { refuse, tryAgain } from '../failures.ts';

/** The workflow that called the running activity, then its parent, and so on to the root. */
export type Lineage = () => Promise<readonly [FirstRun, ...FirstRun[]]>;

interface Known extends FirstRun {
  readonly parent: { readonly workflowId: string; readonly runId: string } | null;
}

/** The code of gRPC. */
const NOT_FOUND = 5;
/** How many runs are remembered; what Temporal says about the start of a run never changes. */
const MOST = 2000;
/** A lineage is at most: a host's update, the update of the fleet, the semester. */
const DEEPEST = 8;

/**
 * Reads the lineage from Temporal's server: whoever schedules an activity chooses its argument, but not the run in which
 * it is scheduled. Fails with `NoGrant` outside a workflow.
 */
export function lineageFrom(client: Client): Lineage {
  const known = new Map<string, Known>();
  const lookUp = async (workflowId: string, runId: string): Promise<Known> => {
    const found = known.get(runId) ?? (await startOf(client, workflowId, runId));
    known.delete(runId);
    known.set(runId, found);
    for (const oldest of known.keys()) {
      if (known.size <= MOST) break;
      known.delete(oldest);
    }
    return found;
  };
  return async () => {
    const { workflowExecution } = Context.current().info;
    if (!workflowExecution)
      throw refuse('NoGrant', 'this activity runs outside a workflow: no gate can have permitted it');
    const own = await lookUp(workflowExecution.workflowId, workflowExecution.runId);
    const lineage: [Known, ...Known[]] = [own];
    for (let { parent } = own; parent && lineage.length < DEEPEST;) {
      try {
        const above: Known = await lookUp(parent.workflowId, parent.runId);
        lineage.push(above);
        parent = above.parent;
      } catch (error) {
        // A child that outlives its parent by a year: Temporal has deleted the parent's history.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        break;
      }
    }
    return lineage;
  };
}

/** The first event of a run names its first run and its parent. @throws WorkflowNotFoundError */
async function startOf(client: Client, workflowId: string, runId: string): Promise<Known> {
  const execution = { workflowId, runId };
  const { namespace } = client.options;
  const answer = await client.workflowService
    .getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: 1 })
    .catch((error: unknown) => {
      if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
      throw new WorkflowNotFoundError(error.message, workflowId, runId);
    });
  const started = answer.history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (!started?.firstExecutionRunId)
    throw tryAgain('Unreachable', `Temporal returned no start of ${workflowId} (${runId})`);
  const { workflowId: parent, runId: parentRun } = started.parentWorkflowExecution ?? {};
  return {
    workflow: workflowId,
    run: started.firstExecutionRunId,
    parent: parent && parentRun ? { workflowId: parent, runId: parentRun } : null,
  };
}
