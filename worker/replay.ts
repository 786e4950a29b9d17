import type { Client } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { Worker, type InjectedSinks, type ReplayWorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { PLACES_HEADER, type PlaceSinks } from '../workflows/places.ts';

type History = temporal.api.history.v1.IHistory;

/** A history with the id of its workflow. */
export interface Recorded {
  readonly workflowId: string;
  readonly history: History;
}

/** Why a history does not replay. */
interface ReplayFailure {
  /** The event that the code does not lead to; null if the workflow task itself fails. */
  readonly event: { readonly id: number; readonly type: string } | null;
  /** The words of the SDK. */
  readonly reason: string;
  /** What the code does instead, and where: `activity planWipe at workflows/phases/clean.ts:83:21`. */
  readonly places: readonly string[];
  /** The machine gave the code no time, so this says nothing about the code. */
  readonly isStall?: true;
}

export interface Replayed {
  readonly workflowId: string;
  readonly failure: ReplayFailure | null;
}

/** The code of a version, and how its payloads are read. */
export interface ReplayCode {
  readonly workflowBundle: WorkflowBundleOption;
  readonly dataConverter?: DataConverter;
  /** Time for one workflow task. */
  readonly taskMs?: number;
}

/** Replays histories on the code, one after another. A failure is a result. @throws Error if the code cannot be loaded */
export async function* replayAll(
  code: ReplayCode,
  histories: AsyncIterable<Recorded> | Iterable<Recorded>,
): AsyncGenerator<Replayed> {
  const given: Recorded[] = [];
  const remember = async function* () {
    for await (const one of histories) {
      const recorded = { ...one, history: withNextTask(one.history) };
      given.push(recorded);
      yield recorded;
    }
  };
  const { taskMs = TASK_MS } = code;
  const processor = watchProcessor(taskMs);
  const heard = hearFailures();
  try {
    for await (const { workflowId, error } of Worker.runReplayHistories(optionsOf(code, heard.codec), remember())) {
      const recorded = { workflowId, history: given.shift()!.history };
      let [failed, words] = [error, heard.last()];
      for (let left = MOST_ATTEMPTS; left > 1 && failed && timeIsUp(failed, words) && processor.stalled(); left--)
        [failed, words] = await replayAlone(code, recorded);
      yield {
        workflowId,
        failure: failed ? await failureOf(code, recorded, failed, words, processor.stalled()) : null,
      };
    }
  } finally {
    processor.stop();
  }
}

/** How often a run is replayed while the machine stands still, or is busy with something else. */
const MOST_ATTEMPTS = 3;

async function replayAlone(code: ReplayCode, recorded: Recorded): Promise<[Error | undefined, Words | null]> {
  const heard = hearFailures();
  for await (const { error } of Worker.runReplayHistories(optionsOf(code, heard.codec), [recorded]))
    return [error, heard.last()];
  return [undefined, null];
}

/** The clock runs on while the machine stands still. Tells whether this process got less than a tenth of a processor in the last `ms`. */
function watchProcessor(ms: number) {
  const samples: { readonly at: number; readonly used: number }[] = [];
  const look = () => {
    const { user, system } = process.cpuUsage();
    samples.push({ at: performance.now(), used: (user + system) / 1000 });
    while (samples[1] && samples[1].at <= performance.now() - ms) samples.shift();
  };
  look();
  const timer = setInterval(look, ms / 100);
  return {
    stalled: () => {
      look();
      return samples.at(-1)!.used - samples[0]!.used < ms / 10;
    },
    stop: () => clearInterval(timer),
  };
}

/** What failed in a workflow task, in the clear. */
interface Words {
  readonly message: string;
  readonly stack_trace: string;
}

/** A codec that changes nothing. It hears why a workflow task fails, before that is encrypted; the SDK reports only that it does. */
function hearFailures(): { readonly codec: PayloadCodec; readonly last: () => Words | null } {
  let words: Words | null = null;
  const hear = ({ data }: Payload) => {
    const text = Buffer.from(data ?? []).toString();
    if (text.startsWith('{"message":') && text.includes('"stack_trace":')) words = JSON.parse(text) as Words;
  };
  return {
    codec: {
      async encode(payloads) {
        for (const payload of payloads) hear(payload);
        return payloads;
      },
      decode: async (payloads) => payloads,
    },
    last() {
      const said = words;
      words = null;
      return said;
    },
  };
}

const TASK_SCHEDULED = 5;
const TASK_STARTED = 6;

/**
 * Adds the next workflow task to the history of an open run. Without it the SDK does not compare what the last one led to with the
 * history: a run that waits, say for an activity, would seem to replay, and be stuck at its next event.
 */
function withNextTask({ events }: History): History {
  const known = events ?? [];
  const last = known.at(-1);
  const type = last ? typeOf(last) : 'unknown';
  if (!last || type === 'workflowTaskStarted' || ENDED.test(type)) return { events: known };
  const isScheduled = type === 'workflowTaskScheduled';
  const at = isScheduled ? last.eventId! : last.eventId!.add(1);
  const { eventTime } = last;
  const scheduled = {
    eventId: at,
    eventTime,
    eventType: TASK_SCHEDULED,
    workflowTaskScheduledEventAttributes: { attempt: 1 },
  };
  const started = {
    eventId: at.add(1),
    eventTime,
    eventType: TASK_STARTED,
    workflowTaskStartedEventAttributes: { scheduledEventId: at },
  };
  return { events: [...known, ...(isScheduled ? [] : [scheduled]), started] };
}

const ENDED = /^workflowExecution(Completed|Failed|TimedOut|Canceled|Terminated|ContinuedAsNew)$/;

/** The beginning of the names of the task queues that the SDK invents for replays. */
export const REPLAY_NAME = 'replay';

/** Every workflow task that we have takes less than a second. */
const TASK_MS = 10_000;

/**
 * The SDK replays on the main thread, for debuggers, and without a limit: code that never waits would stop this process. In a thread, its
 * workflow task fails when the time is up, as in production.
 */
const inThread = (taskMs: number) => ({
  debugMode: false,
  workflowThreadPoolSize: 1,
  isolateExecutionTimeout: taskMs,
});

const optionsOf = (
  { workflowBundle, dataConverter, taskMs = TASK_MS }: ReplayCode,
  first?: PayloadCodec,
): ReplayWorkerOptions => ({
  ...inThread(taskMs),
  workflowBundle,
  replayName: REPLAY_NAME,
  dataConverter: {
    ...dataConverter,
    payloadCodecs: [...(first ? [first] : []), ...(dataConverter?.payloadCodecs ?? [])],
  },
});

async function failureOf(
  code: ReplayCode,
  recorded: Recorded,
  error: Error,
  words: Words | null,
  isStalled: boolean,
): Promise<ReplayFailure> {
  if (timeIsUp(error, words))
    return { event: null, places: [], ...(isStalled ? { reason: STALLED, isStall: true } : { reason: ENDLESS }) };
  if (words !== null && !/TMPRL1100/.test(error.message))
    return { event: null, reason: words.message.slice(0, REASON_LENGTH), places: placesIn(words.stack_trace) };
  const reason = error.message.replace(/^.*?Details: /s, '').replace(/\s+/g, ' ');
  const short = (/Nondeterminism error: (?:[^"\\]|\\.)*?(?=\\?", |$)/.exec(reason)?.[0] ?? reason).slice(
    0,
    REASON_LENGTH,
  );
  if (!/TMPRL1100/.test(reason)) return { event: null, reason: short, places: placesIn(reason) };
  const made = await commandsOf(code, recorded);
  const last = made.at(-1)?.task ?? 0;
  const places = made.filter(({ task }) => task === last).map(({ what }) => what);
  return { event: eventOf(recorded.history, reason, last), reason: short, places: places.slice(0, MOST_PLACES) };
}

const timeIsUp = (error: Error, words: Words | null) =>
  /Script execution timed out/.test(words?.message ?? error.message);
const STALLED = 'the machine gave it no processor time';
const ENDLESS = 'its workflow code computes without an end and never waits (an endless loop)';

/** The event that the SDK names by its id or its content; else the first one that the last workflow task led to. */
function eventOf({ events }: History, reason: string, task: number): ReplayFailure['event'] {
  const id = /HistoryEvent\(id: (\d+)/.exec(reason)?.[1];
  const led = (events ?? []).filter((event) => Number(event.eventId) > task + 1);
  const [, content] = /event '([^']+)'/.exec(reason) ?? [];
  const found =
    events?.find((event) => id !== undefined && String(event.eventId) === id) ??
    led.find((event) => content !== undefined && JSON.stringify(event).includes(`"${content}"`)) ??
    led[0];
  return found ? { id: Number(found.eventId), type: typeOf(found) } : null;
}

/** `activityTaskScheduled`: an event has the attributes of its type alone. */
const typeOf = (event: object): string =>
  Object.entries(event)
    .find(([name, value]) => name.endsWith('EventAttributes') && value !== null && value !== undefined)?.[0]
    .replace('EventAttributes', '') ?? 'unknown';

const REASON_LENGTH = 600;
const MOST_PLACES = 5;

/** A place of our own code in a stack trace; behind it are those who called it. */
const PLACE = /((?:workflows|domain|codec)\/[\w./-]+\.ts:\d+:\d+)/g;
/** They stand between the code that wants something and the SDK. */
const BETWEEN = /workflows\/(interceptors|places|policies)\.ts/;

const placesIn = (stack: string): string[] =>
  [...stack.matchAll(PLACE)]
    .map(([place]) => place)
    .filter((place) => !BETWEEN.test(place))
    .slice(0, 1);

/** A command of the code, and the event that started the workflow task in which it was made. */
interface Command {
  readonly task: number;
  readonly what: string;
}

/** Replays once more, with a header that makes the workflow say where it makes each command. The last ones led astray. */
async function commandsOf(code: ReplayCode, { workflowId, history }: Recorded): Promise<readonly Command[]> {
  const made: Command[] = [];
  const sinks: InjectedSinks<PlaceSinks> = {
    places: {
      made: {
        callDuringReplay: true,
        fn: ({ historyLength }, what, stack) =>
          void made.push({ task: historyLength, what: [what, ...placesIn(stack)].join(' at ') }),
      },
    },
  };
  const [first, ...others] = history.events ?? [];
  const attributes = first?.workflowExecutionStartedEventAttributes;
  const fields = { ...attributes?.header?.fields, [PLACES_HEADER]: { metadata: {}, data: new Uint8Array() } };
  const started = { ...first, workflowExecutionStartedEventAttributes: { ...attributes, header: { fields } } };
  const again = Worker.runReplayHistories({ ...optionsOf(code), sinks }, [
    { workflowId, history: { events: [started, ...others] } },
  ]);
  for await (const _ of again);
  return made;
}

/** An open run that could not be checked, and why. */
interface Unchecked {
  readonly workflowId: string;
  readonly reason: string;
}

/** What became of the open runs of a namespace. */
export interface OpenReplays {
  readonly replayed: number;
  readonly failed: readonly (Replayed & { readonly failure: ReplayFailure })[];
  readonly unchecked: readonly Unchecked[];
}

export interface OpenReplayOptions extends ReplayCode {
  /** Runs that are left are named, and count as unchecked. */
  readonly withinMs: number;
  /** Runs that are not replayed. */
  readonly without?: readonly string[];
}

/** Temporal ends a run at 50 MB; such a history takes ten times as much memory. */
const MOST_BYTES = 20_000_000;
/** Locks are many and alike: other runs come first. */
const LAST: ReadonlySet<string> = new Set(['host', 'inspect']);

/**
 * Replays every open run, children too, on the code. It takes `withinMs` at most, and holds one history at a time.
 * @throws ServiceError if Temporal does not list the open runs
 */
export async function replayOpenRuns(client: Client, options: OpenReplayOptions): Promise<OpenReplays> {
  const { withinMs, without = [] } = options;
  const until = Date.now() + withinMs;
  const runs: { workflowId: string; runId: string; type: string; bytes: number }[] = [];
  for await (const run of client.workflow.list({ query: "ExecutionStatus = 'Running'" }))
    runs.push({ workflowId: run.workflowId, runId: run.runId, type: run.type, bytes: run.historySize ?? 0 });
  const todo = runs
    .filter(({ workflowId }) => !without.includes(workflowId))
    .toSorted((a, b) => Number(LAST.has(a.type)) - Number(LAST.has(b.type)));

  const unchecked: Unchecked[] = [];
  const skip = (workflowId: string, reason: string) => void unchecked.push({ workflowId, reason });
  const isLate = () => Date.now() >= until;
  let now: string | null = null;
  const histories = async function* (): AsyncGenerator<Recorded> {
    while (todo.length > 0 && !isLate()) {
      const { workflowId, runId, bytes } = todo.shift()!;
      now = workflowId;
      if (bytes > MOST_BYTES) {
        skip(workflowId, `its history has ${Math.round(bytes / 1e6)} MB`);
        continue;
      }
      const history = await client.workflow
        .getHandle(workflowId, runId)
        .fetchHistory()
        .catch((error: unknown) => skip(workflowId, error instanceof Error ? error.message : String(error)));
      // No code has worked on it yet.
      const hasBegun = history?.events?.some((event) => event.workflowTaskCompletedEventAttributes);
      if (history && hasBegun) yield { workflowId, history };
      now = null;
    }
    for (const { workflowId } of todo.splice(0)) skip(workflowId, LATE);
  };
  const failed: OpenReplays['failed'][number][] = [];
  let replayed = 0;
  const replays = replayAll(options, histories());
  for (;;) {
    const next = await within(until, replays.next());
    if (next === null) {
      // A replay that hangs ends at its limit, and then its worker.
      void replays.return(undefined);
      for (const id of [now, ...todo.splice(0).map(({ workflowId }) => workflowId)]) if (id !== null) skip(id, LATE);
      break;
    }
    if (next.done) break;
    const { workflowId, failure } = next.value;
    if (failure?.isStall) {
      skip(workflowId, failure.reason);
      continue;
    }
    replayed++;
    if (failure) failed.push({ workflowId, failure });
  }
  return { replayed, failed, unchecked };
}

const LATE = 'there was no time left';

/** The value, or null if it takes too long. */
async function within<T>(until: number, value: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.max(0, until - Date.now()) + GRACE_MS);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** For the run that is being replayed when time is up: longer than the limit of one workflow task. */
const GRACE_MS = 12_000;

/** One line for a run that does not replay. */
export function sentenceOf({ workflowId, failure: { event, reason, places } }: OpenReplays['failed'][number]): string {
  const where = event ? `event ${event.id} (${event.type})` : 'a workflow task fails';
  const code = places.length > 0 ? `; the code there: ${places.join(', ')}` : '';
  return `${workflowId} does not replay: ${where}: ${reason}${code}`;
}
