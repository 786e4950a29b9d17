import { Context, sleep } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import PQueue from 'p-queue';
import type { DeferredBy } from '../../domain/deferred.ts';
import { many } from '../../domain/many.ts';
import { hostWorkflowId, siteWorkflowId, TASK_QUEUE, type DeferredKind } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Status } from '../../domain/status.ts';
import { tryAgain } from '../failures.ts';
import type { LockActivities } from './contract.ts';

/** How long an attempt waits until ended tasks no longer act on their host. */
const END_MS = 90_000;
const END_POLL_MS = 500;
/** How many hosts are asked at a time: workers answer their queries. */
const AT_ONCE = 20;
/** Tolerance between the clocks of workers and of Temporal. */
const CLOCKS_DIFFER_MS = 60_000;

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
  const hostWorkflow = (host: string) => client.workflow.getHandle(hostWorkflowId(host));

  /** Queries `host/<name>`; null if there is no such workflow. */
  async function ask<T>(host: string, query: string): Promise<T | null> {
    try {
      return await hostWorkflow(host).query<T>(query);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  const owes = async (host: string, kind: DeferredKind): Promise<boolean> =>
    (await ask<readonly string[]>(host, 'deferredTasks'))?.includes(kind) === true;

  /** Ends the tasks of a host; returns whether there were any. @throws ApplicationFailure `ProofMissing` */
  async function endOn(host: string, kind: DeferredKind): Promise<boolean> {
    if (!(await owes(host, kind))) return false;
    await hostWorkflow(host).signal('endDeferred', { kind });
    const until = Date.now() + END_MS;
    while (await owes(host, kind)) {
      if (Date.now() > until)
        throw tryAgain(
          'ProofMissing',
          `${host}: the deferred task ${kind} has begun, and nothing proves that it has ended: switch ${host} on, or end its jobs ` +
            `(systemctl stop 'semester-*') there; then retry. See: semester status ${hostWorkflowId(host)}`,
        );
      await sleep(END_POLL_MS);
    }
    return true;
  }

  /** What `host/<name>` proved when its deferred wipe ended; null if none ended since then. */
  async function wipeEnded(host: string, since: number): Promise<string | null> {
    const status = await ask<Status>(host, 'status');
    const proof = status?.steps.find(({ step }) => step === 'end-wipe-docker')?.proof;
    return proof && Date.parse(proof.at) >= since - CLOCKS_DIFFER_MS ? proof.summary : null;
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
      if (!(await owes(host, 'wipe-docker'))) return proof;
      throw tryAgain(
        'ProofMissing',
        `${host} has a deferred wipe that is not done yet: semester status ${hostWorkflowId(host)}`,
      );
    },
    async endDeferred({ hosts, kind }) {
      const queue = new PQueue({ concurrency: AT_ONCE });
      const ends = await Promise.allSettled(hosts.map((host) => queue.add(() => endOn(host, kind))));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
      const ended = ends.filter((end) => end.status === 'fulfilled' && end.value).length;
      // An earlier attempt may have ended some of them.
      const since = Context.current().info.scheduledTimestampMs;
      const left = kind === 'wipe-docker' ? await Promise.all(hosts.map((host) => wipeEnded(host, since))) : [];
      const lines = left.filter((line) => line !== null);
      return {
        what: 'deferred-ended',
        at: new Date().toISOString(),
        summary:
          lines.length > 0
            ? `${lines.join('; ')}; Docker data that was not wiped stays until the next wipe, whose plan lists it`
            : ended === 0
              ? `no host has a deferred task ${kind}`
              : `the deferred task ${kind} ended on ${many(ended, 'host')}`,
        facts: { hosts: Math.max(ended, lines.length) },
        how: 'service',
      };
    },
    async awaitEnd({ workflow }) {
      try {
        const { status } = await client.workflow.getHandle(workflow).describe();
        if (status.name === 'RUNNING') throw tryAgain('NothingNew', `${workflow} still runs`);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}
