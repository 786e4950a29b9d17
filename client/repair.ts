import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';
import { Unreadable } from '../domain/unreadable.ts';
import { instant } from '../watch/instant.ts';
import { failingTask, type FailingTask } from '../watch/runs.ts';
import { CliError, EXIT } from './exit.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Signal = temporal.api.history.v1.IWorkflowExecutionSignaledEventAttributes;

/** A signal that the run has not handled. */
export interface Message {
  readonly name: string;
  /** UTC. */
  readonly at: string;
  /** Its argument as JSON, or why it cannot be read. */
  readonly shown: string;
  /** Of the event, in the run that it was sent to. */
  readonly source: string;
  readonly signal: Signal;
}

/** What a repair will do with one run. */
export interface Repair {
  readonly workflowId: string;
  readonly runId: string;
  readonly taskQueue: string | undefined;
  readonly stuck: FailingTask;
  /** The last workflow task that ended well: its event and time. */
  readonly last: { readonly event: number; readonly at: string };
  /** What arrived since. */
  readonly messages: readonly Message[];
  /** Activities that run now. They begin again, and attach to their jobs. */
  readonly activities: readonly string[];
  readonly children: readonly string[];
}

/** How a repair ended. */
export interface Repaired {
  readonly applied: readonly Message[];
  /** Those that stop the run: they were left out, and must be sent again in another form. */
  readonly leftOut: readonly Message[];
}

const SIGNALS = 1;

/** What a reset would do. @throws CliError (1) if the run is not stuck, or has no workflow task to go back to */
export async function planRepair(client: Client, workflowId: string): Promise<Repair> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const stuck = await failingTask(client, raw);
  if (stuck === null) throw new CliError(EXIT.failed, `${workflowId} is not stuck: there is nothing to repair.`);
  const runId = raw.workflowExecutionInfo?.execution?.runId ?? '';
  const events = await eventsOf(client, workflowId, runId);
  const last = events.findLast(isGood);
  if (!last)
    throw new CliError(
      EXIT.failed,
      `${workflowId} has ended no workflow task, so there is nothing to go back to: the worker cannot begin it. ` +
        'Start the version of the program that it was started with, or end it (temporal workflow terminate) and start it again.',
    );
  return {
    workflowId,
    runId,
    taskQueue: raw.executionConfig?.taskQueue?.name ?? undefined,
    stuck,
    last: { event: Number(last.eventId), at: instant(last.eventTime) ?? '' },
    messages: await messagesIn(client, runId, events),
    activities: (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '?'),
    children: (raw.pendingChildren ?? []).map((child) => child.workflowId ?? '?'),
  };
}

/**
 * Resets the run to its last good workflow task; Temporal applies the messages since again in one act, so none is lost. If it is
 * stuck again, one of them is the cause: the run is reset without them, and gets them one by one.
 * @throws CliError (6) if it stays stuck without any message: the program does not fit the run
 */
export async function carryOut(client: Client, repair: Repair, reason: string): Promise<Repaired> {
  const { workflowId } = repair;
  const messages = await resetWithAll(client, repair, reason);
  if (await goesOn(client, workflowId)) return { applied: messages, leftOut: [] };
  const again = await planRepair(client, workflowId);
  const withoutMessages = `${reason}; without ${again.messages.length} messages, which are sent one by one`;
  const queue = [...(await resetWithout(client, again, withoutMessages))];
  if (!(await goesOn(client, workflowId))) {
    for (const message of queue) await send(client, workflowId, message);
    throw new CliError(
      EXIT.stuck,
      `${workflowId} is stuck again, also without the messages that it got since (they wait in its history): the program of the worker does ` +
        'not fit this run. Start the version that it last worked on; the run then goes on by itself. docs/at-3am.md, "A run is stuck"',
    );
  }
  const applied: Message[] = [];
  const leftOut: Message[] = [];
  for (let message = queue.shift(); message; message = queue.shift()) {
    await send(client, workflowId, message);
    if (await goesOn(client, workflowId)) {
      applied.push(message);
      continue;
    }
    leftOut.push(message);
    const arrived = await resetWithout(
      client,
      await planRepair(client, workflowId),
      `${reason}; without ${message.name}`,
    );
    // The bad one is the first; the others came meanwhile.
    queue.push(...arrived.slice(1));
    if (!(await goesOn(client, workflowId)))
      throw new CliError(
        EXIT.stuck,
        `${workflowId} is stuck again after ${message.name}: semester repair ${workflowId}`,
      );
  }
  return { applied, leftOut };
}

/** Resets a run with its messages, and returns them. Temporal may leave out those that came while a task was tried: they are sent. */
async function resetWithAll(client: Client, repair: Repair, reason: string): Promise<readonly Message[]> {
  const { workflowId, runId, last } = repair;
  const next = await reset(client, repair, reason, []);
  const sent = await messagesIn(client, runId, await eventsOf(client, workflowId, runId));
  const after = (await eventsOf(client, workflowId, next)).filter((event) => Number(event.eventId) > last.event);
  const had = after.flatMap((event) => event.workflowExecutionSignaledEventAttributes ?? []).map(contentOf);
  for (const message of sent) {
    const at = had.indexOf(contentOf(message.signal));
    if (at >= 0) had.splice(at, 1);
    else await send(client, workflowId, message);
  }
  return sent;
}

const contentOf = ({ signalName, input }: Signal): string =>
  JSON.stringify([signalName, (input?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString('base64'))]);

/** Resets a run without its messages. Returns all that it got until it ended, also while this was decided. */
async function resetWithout(client: Client, repair: Repair, reason: string): Promise<readonly Message[]> {
  await reset(client, repair, reason, [SIGNALS]);
  return messagesIn(client, repair.runId, await eventsOf(client, repair.workflowId, repair.runId));
}

/** Returns the id of the new run. */
async function reset(
  client: Client,
  { workflowId, runId, last }: Repair,
  reason: string,
  without: number[],
): Promise<string> {
  const { runId: next } = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId },
    reason,
    requestId: randomUUID(),
    workflowTaskFinishEventId: last.event as never,
    resetReapplyExcludeTypes: without,
  });
  return next;
}

async function send(client: Client, workflowId: string, { signal, source }: Message): Promise<void> {
  await client.workflowService.signalWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    signalName: signal.signalName ?? '',
    input: signal.input ?? null,
    header: signal.header ?? null,
    identity: signal.identity ?? '',
    requestId: source,
  });
}

async function eventsOf(client: Client, workflowId: string, runId: string): Promise<readonly HistoryEvent[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events ?? [];
}

/** A workflow task that ended well, or the point of an earlier reset, which took the place of one. */
const isGood = ({
  workflowTaskCompletedEventAttributes: done,
  workflowTaskFailedEventAttributes: failed,
}: HistoryEvent) => Boolean(done ?? failed?.failure?.resetWorkflowFailureInfo);

/** The signals after the last workflow task that ended well. */
async function messagesIn(client: Client, runId: string, events: readonly HistoryEvent[]): Promise<readonly Message[]> {
  const from = events.findLastIndex(isGood);
  const late = events.slice(from + 1).flatMap((event) => {
    const signal = event.workflowExecutionSignaledEventAttributes;
    return signal ? [{ event, signal }] : [];
  });
  return Promise.all(
    late.map(async ({ event, signal }) => ({
      name: signal.signalName ?? '?',
      at: instant(event.eventTime) ?? '',
      shown: await shownOf(client, signal),
      source: `${runId}/${String(event.eventId)}`,
      signal,
    })),
  );
}

const SHOWN = 500;

async function shownOf(client: Client, { input }: Signal): Promise<string> {
  try {
    const args = await decodeArrayFromPayloads(client.options.loadedDataConverter, input?.payloads ?? []);
    const shown = args.map((arg) => (arg instanceof Unreadable ? arg.reason : JSON.stringify(arg))).join(' ');
    return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const LOOK_EVERY_MS = 300;
/** Temporal tries a task that failed twice again after seconds; a worker may load a long history first. */
const DECIDED_MS = 120_000;

/**
 * Waits until the newest run has worked off what it has, or its workflow task fails again. Returns whether it goes on.
 * @throws CliError (7) if neither comes
 */
async function goesOn(client: Client, workflowId: string): Promise<boolean> {
  for (const giveUp = Date.now() + DECIDED_MS; Date.now() < giveUp; await sleep(LOOK_EVERY_MS)) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    if (raw.workflowExecutionInfo?.closeTime || !raw.pendingWorkflowTask) return true;
    if ((await failingTask(client, raw)) !== null) return false;
  }
  throw new CliError(
    EXIT.noWorker,
    `${workflowId} was reset, but no worker has taken it within ${DECIDED_MS / 60_000} minutes: semester status ${workflowId}`,
  );
}
