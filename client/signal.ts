import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Status } from '../domain/status.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { queryStatus, workflowIdOf } from './workflows.ts';

/** How long to wait for the workflow's own word on a signal. */
const ANSWER_MS = 15_000;

/** What the workflow says of a message: its line in `accepted` or `refused`. */
export type Answer =
  | { readonly counts: true; readonly detail: string }
  | { readonly counts: false; readonly reason: string };

/** Entries of a message by a person that were not there before: the lists keep the last 50 only. */
function fresh<T extends { at: string; message: string; by: string }>(
  before: readonly T[],
  after: readonly T[],
  message: string,
  by: string,
): T | undefined {
  const known = new Set(before.map((entry) => JSON.stringify(entry)));
  return after.findLast((entry) => entry.message === message && entry.by === by && !known.has(JSON.stringify(entry)));
}

/** Finds what became of a message in two statuses, before and after it; null when there is no word yet. */
export function answerIn(before: Status, after: Status, message: string, by: string): Answer | null {
  const refused = fresh(before.refused, after.refused, message, by);
  if (refused) return { counts: false, reason: refused.reason };
  const accepted = fresh(before.accepted, after.accepted, message, by);
  return accepted ? { counts: true, detail: accepted.detail } : null;
}

/**
 * Sends a signal and waits for the workflow's word on it. Without a worker it is sent all the same, and counts later.
 * @throws CliError (3) with the workflow's reason when the message does not count; WorkflowNotFoundError
 */
export async function send(
  io: Io,
  client: Client,
  workflow: string,
  name: string,
  message: { by: string },
): Promise<Answer | null> {
  const id = workflowIdOf(workflow);
  const before = await queryStatus(client, id);
  // Reads the memo: whoever has no key for this workflow would send names unencrypted.
  if (before === null) await client.workflow.getHandle(id).describe();
  await client.workflow.getHandle(id).signal(name, message);
  if (before === null) {
    io.note(
      `Sent to ${id}. No worker runs, so it will count, or be refused, when one does: semester status ${workflow}`,
    );
    return null;
  }
  const giveUp = Date.now() + ANSWER_MS;
  for (let wait = 50; Date.now() < giveUp; wait = Math.min(wait * 2, 1000)) {
    const after = await queryStatus(client, id);
    const answer = after && answerIn(before, after, name, message.by);
    if (answer && !answer.counts) throw new CliError(EXIT.refused, `Not accepted: ${answer.reason}`);
    if (answer) return answer;
    await sleep(wait);
  }
  io.note(`Sent to ${id}, which has not said yet whether it counts: semester status ${workflow}`);
  return null;
}
