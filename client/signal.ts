import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type {
  AbortMessage,
  BounceMessage,
  KeepMessage,
  PauseMessage,
  Reschedule,
  ResendMessage,
  StepMessage,
  UnkeepMessage,
} from '../domain/messages.ts';
import type { Status } from '../domain/status.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { jsonText } from './json.ts';
import { queryStatus, workflowIdOf } from './workflows.ts';

/** How long to wait until the workflow has accepted or rejected a signal. */
const ANSWER_MS = 15_000;

/** The result of a message, from `accepted` or `refused` of the status. */
export type Answer =
  | { readonly accepted: true; readonly detail: string }
  | { readonly accepted: false; readonly reason: string };

/** The newest entry of a message by a person that `before` lacks. The lists hold the last 50 entries only. */
function newEntry<T extends { at: string; message: string; by: string }>(
  before: readonly T[],
  after: readonly T[],
  message: string,
  by: string,
): T | undefined {
  const known = new Set(before.map((entry) => JSON.stringify(entry)));
  return after.findLast((entry) => entry.message === message && entry.by === by && !known.has(JSON.stringify(entry)));
}

/** Finds the result of a message by comparing the statuses before and after it; null if there is none yet. */
export function findAnswer(before: Status, after: Status, message: string, by: string): Answer | null {
  const refused = newEntry(before.refused, after.refused, message, by);
  if (refused) return { accepted: false, reason: refused.reason };
  const accepted = newEntry(before.accepted, after.accepted, message, by);
  return accepted ? { accepted: true, detail: accepted.detail } : null;
}

/**
 * Sends a signal and waits for its result. Returns null if there is none in time. Without a worker, Temporal keeps the signal
 * until one runs.
 * @throws CliError (3) with the workflow's reason when it rejects the message; WorkflowNotFoundError
 */
export async function sendSignal(
  io: Io,
  client: Client,
  workflow: string,
  name: string,
  message: { by: string },
): Promise<Answer | null> {
  const id = workflowIdOf(workflow);
  const before = await queryStatus(client, id);
  // Reading the memo fails without the key of this workflow: otherwise the signal would go out unencrypted.
  if (before === null) await client.workflow.getHandle(id).describe();
  await client.workflow.getHandle(id).signal(name, message);
  if (before === null) {
    io.note(`Sent to ${id}. No worker runs; the message is handled when one does: semester status ${workflow}`);
    return null;
  }
  const giveUp = Date.now() + ANSWER_MS;
  for (let wait = 50; Date.now() < giveUp; wait = Math.min(wait * 2, 1000)) {
    const after = await queryStatus(client, id);
    const answer = after && findAnswer(before, after, name, message.by);
    if (answer && !answer.accepted) throw new CliError(EXIT.refused, `Not accepted: ${answer.reason}`);
    if (answer) return answer;
    await sleep(wait);
  }
  io.note(`Sent to ${id}, which has not handled it yet: semester status ${workflow}`);
  return null;
}

type MessageName =
  | 'retry'
  | 'done'
  | 'skip'
  | 'abort'
  | 'keep'
  | 'unkeep'
  | 'reschedule'
  | 'pause'
  | 'resume'
  | 'bounce'
  | 'resend';
type Message =
  | StepMessage
  | AbortMessage
  | KeepMessage
  | UnkeepMessage
  | PauseMessage
  | Reschedule
  | BounceMessage
  | ResendMessage;

/** Sends a message to a workflow and prints its result. @throws as `sendSignal` */
export async function sendAndReport(
  io: Io,
  workflow: string,
  name: MessageName,
  message: Message,
  json: unknown,
): Promise<void> {
  const answer = await io.withClient((client) => sendSignal(io, client, workflow, name, message));
  if (json) return io.out(jsonText(name, { workflow, message: name, counts: answer?.accepted ?? null }));
  if (answer?.accepted) io.out(`Accepted: ${name} by ${message.by} (${answer.detail}).`);
}
