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
  /** Whether `host/<name>` still has a wipe to do; without such a workflow there is none. */
  async function hasDeferredWipe(host: string): Promise<boolean> {
    try {
      const deferred = await client.workflow.getHandle(hostWorkflowId(host)).query<readonly string[]>('deferredTasks');
      return deferred.includes('wipe-docker');
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

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
      if (!(await hasDeferredWipe(host))) return proof;
      throw tryAgain(
        'ProofMissing',
        `${host} has a deferred wipe that is not done yet: semester status ${hostWorkflowId(host)}`,
      );
    },
    async endDeferredWipes({ hosts }) {
      const left: string[] = [];
      for (const host of hosts) {
        if (!(await hasDeferredWipe(host))) continue;
        await client.workflow.getHandle(hostWorkflowId(host)).signal('endDeferred', { kind: 'wipe-docker' });
        left.push(host);
      }
      return {
        what: 'deferred-wipes-ended',
        at: new Date().toISOString(),
        summary:
          left.length === 0
            ? 'every deferred wipe is done'
            : `Docker data was not wiped on ${left.join(', ')}: it stays until the next wipe, whose plan lists it`,
        facts: { hosts: left.length },
        how: 'service',
      };
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
