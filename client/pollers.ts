import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../domain/names.ts';

/** Whether a worker polls the task queue. */
export interface Pollers {
  readonly polling: boolean;
  /** Identities of the workers: `4711@host`. */
  readonly identities: readonly string[];
  /** Time of the last poll, UTC ISO-8601; null if there was none in the last five minutes, which Temporal remembers. */
  readonly lastSeen: string | null;
}

/** A poll lasts one minute: a worker without a poll for longer has ended. */
const GONE_AFTER_MS = 90_000;
const WORKFLOW_TASKS = 1;

/** Asks Temporal which workers poll the task queue. */
export async function pollers(client: Client): Promise<Pollers> {
  const { pollers: raw } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: WORKFLOW_TASKS,
  });
  const seen = (raw ?? []).map((poller) => ({
    identity: poller.identity ?? '',
    at: Number(poller.lastAccessTime?.seconds ?? 0) * 1000,
  }));
  const last = Math.max(0, ...seen.map(({ at }) => at));
  return {
    polling: Date.now() - last < GONE_AFTER_MS,
    identities: [...new Set(seen.map(({ identity }) => identity))],
    lastSeen: last === 0 ? null : new Date(last).toISOString(),
  };
}

/** The message for a task queue without a worker, with the command that starts one. */
export function noWorkerSentence({ lastSeen }: Pollers): string {
  const since = lastSeen === null ? 'for at least five minutes' : `since ${lastSeen}`;
  return `No worker answers; none has polled Temporal ${since}. Start one: npm run worker -- --site site.yaml`;
}
