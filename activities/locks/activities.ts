import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { DeferredBy } from '../../domain/deferred.ts';
import { hostWorkflowId, siteWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import { tryAgain } from '../failures.ts';
import type { LockActivities } from './contract.ts';

/** The workflow that called this activity. */
function caller(): DeferredBy | undefined {
  const { workflowExecution } = Context.current().info;
  return workflowExecution && { workflow: workflowExecution.workflowId, run: workflowExecution.runId };
}

/** Requests locks on a host or the site from the long-lived lock workflows, and starts those if needed. */
export function createLockActivities({
  client,
  taskQueue = TASK_QUEUE,
}: {
  client: Client;
  taskQueue?: string;
}): LockActivities {
  return {
    async requestGrant({ lock, name, site, workflow, purpose }) {
      await client.workflow.signalWithStart(lock, {
        workflowId: lock === 'host' ? hostWorkflowId(name) : siteWorkflowId(name),
        taskQueue,
        args: [lock === 'host' ? { host: name, site } : { site }],
        signal: 'request',
        signalArgs: [{ workflow, purpose }],
        staticSummary:
          lock === 'host' ? `Who uses ${name}, and its deferred tasks` : `Who holds the group and the homepage`,
      });
    },
    async deferTask({ host, site, task }) {
      await client.workflow.signalWithStart('host', {
        workflowId: hostWorkflowId(host),
        taskQueue,
        args: [{ host, site }],
        signal: 'deferTask',
        signalArgs: [{ ...task, by: caller() }],
        staticSummary: `Who uses ${host}, and its deferred tasks`,
      });
    },
    async demandWiped({ host }) {
      const at = new Date().toISOString();
      const proof: Proof<'wiped'> = {
        what: 'wiped',
        at,
        summary: `${host} has no deferred wipe`,
        facts: { host },
        how: 'found',
      };
      try {
        const deferred = await client.workflow
          .getHandle(hostWorkflowId(host))
          .query<readonly string[]>('deferredTasks');
        if (!deferred.includes('wipe-docker')) return proof;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return proof;
        throw error;
      }
      throw tryAgain(
        'ProofMissing',
        `${host} has a deferred wipe that is not done yet: semester status ${hostWorkflowId(host)}`,
      );
    },
    async isRunning({ workflow }) {
      try {
        const { status } = await client.workflow.getHandle(workflow).describe();
        return status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}
