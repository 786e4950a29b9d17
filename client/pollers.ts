import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../domain/names.ts';

/** Whether a worker takes work. */
export interface Pollers {
  readonly polling: boolean;
  /** Names that the workers gave themselves: `4711@host`. */
  readonly identities: readonly string[];
  /** When one was seen last, UTC ISO-8601; null when Temporal remembers none (it forgets after five minutes). */
  readonly lastSeen: string | null;
}

/** A poll lasts a minute: whoever has not polled for longer is gone. */
const GONE_AFTER_MS = 90_000;
const WORKFLOW_TASKS = 1;

/** Asks Temporal who takes work from the task queue. */
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

/** What to say, and to do, when nobody takes work. */
export function noWorkerSentence({ lastSeen }: Pollers): string {
  const since = lastSeen === null ? 'for at least five minutes' : `since ${lastSeen}`;
  return `No worker answers; none has taken work from Temporal ${since}. Start one: npm run worker -- --site site.yaml`;
}
