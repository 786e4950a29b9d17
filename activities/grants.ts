import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { hostWorkflowId, siteWorkflowId, TASK_QUEUE } from '../domain/names.ts';
import { tryAgain } from './failures.ts';
import type { GrantActivities } from './types.ts';

/** Who may use a host or the site: asks the long-lived lock workflows, starting them where they are not there yet. */
export function createGrantActivities({
  client,
  taskQueue = TASK_QUEUE,
}: {
  client: Client;
  taskQueue?: string;
}): GrantActivities {
  return {
    async requestGrant({ lock, name, site, workflow, purpose }) {
      await client.workflow.signalWithStart(lock, {
        workflowId: lock === 'host' ? hostWorkflowId(name) : siteWorkflowId(name),
        taskQueue,
        args: [lock === 'host' ? { host: name, site } : { site }],
        signal: 'request',
        signalArgs: [{ workflow, purpose }],
        staticSummary:
          lock === 'host' ? `Who uses ${name}, and what is owed to it` : `Who holds the group and the homepage`,
      });
    },
    async oweHost({ host, site, debt }) {
      await client.workflow.signalWithStart('host', {
        workflowId: hostWorkflowId(host),
        taskQueue,
        args: [{ host, site }],
        signal: 'owe',
        signalArgs: [debt],
        staticSummary: `Who uses ${host}, and what is owed to it`,
      });
    },
    async demandWiped({ host }) {
      const at = new Date().toISOString();
      const proof = { what: 'wiped', at, summary: `${host} is owed no wipe`, facts: { host }, how: 'found' as const };
      try {
        const owed = await client.workflow.getHandle(hostWorkflowId(host)).query<readonly string[]>('debts');
        if (!owed.includes('wipe-docker')) return proof;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return proof;
        throw error;
      }
      throw tryAgain('ProofMissing', `${host} is still to be wiped: semester status ${hostWorkflowId(host)}`);
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
