import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { inject, test, vi } from 'vitest';
import type { Gate } from '../../domain/gates/index.ts';
import type { DeferredKind } from '../../domain/names.ts';
import type { Status } from '../../domain/status.ts';
import type { State, WorkflowType } from '../support/recorded.ts';
import type { Driven } from '../support/run.ts';
import { ask, realTime } from '../support/temporal.ts';
import type { World } from '../support/world-state.ts';

declare module 'vitest' {
  interface ProvidedContext {
    recordings: string;
  }
}

export type Env = TestWorkflowEnvironment;

/** A play whose states are recorded. All play at the same time: they mostly wait. */
export function scenario(name: string, play: (env: Env) => Promise<void>): void {
  // oxlint-disable-next-line vitest/valid-title -- each scenario names itself
  test.concurrent(name, async () => {
    const env = await realTime();
    try {
      await play(env);
    } finally {
      await env.teardown();
    }
  });
}

/** Replay needs neither the identities of workers nor their paths, and they do not belong into git. */
const impersonal = (key: string, value: unknown) => (key === 'identity' || key === 'stackTrace' ? undefined : value);

/** Waits until this holds. `expect.poll` knows one test at a time, and here they play together. */
export const until = (holds: () => boolean | Promise<boolean>) =>
  vi.waitUntil(holds, { timeout: 240_000, interval: 250 });

/** Writes the history of a workflow, as it is now, as the recording of a state. */
export async function record(
  { client }: Env,
  workflow: string | WorkflowHandle,
  type: WorkflowType,
  state: State,
  variant?: string,
): Promise<void> {
  const handle = typeof workflow === 'string' ? client.workflow.getHandle(workflow) : workflow;
  // While the worker answers, the recording would end at a chance place.
  await until(async () => {
    const { events } = await handle.fetchHistory();
    const { workflowTaskScheduledEventAttributes, workflowTaskStartedEventAttributes } = events!.at(-1)!;
    return !(workflowTaskScheduledEventAttributes ?? workflowTaskStartedEventAttributes);
  });
  const history = await handle.fetchHistory();
  const started = history.events![0]!.workflowExecutionStartedEventAttributes!;
  if (started.workflowType!.name !== type)
    throw new Error(`${handle.workflowId} is a ${started.workflowType!.name}, not a ${type}`);
  const text = JSON.stringify(JSON.parse(historyToJSON(history), impersonal));
  const file = `${type}.${state}${variant === undefined ? '' : `.${variant}`}.json.gz`;
  await writeFile(path.join(inject('recordings'), file), gzipSync(text, { level: 9 }));
}

/** Waits until a workflow waits for this. */
export async function waits(env: Env, workflow: string, key: string): Promise<void> {
  await until(async () => {
    const status = await ask<Status>(env, workflow, 'status').catch(() => null);
    return status?.waitingFor.some((one) => one.key === key) === true;
  });
}

export const waitsFor = (env: Env, { handle }: Driven<Workflow>, key: string) => waits(env, handle.workflowId, key);

/** Waits until a host is owed this task alone. */
export const owes = (env: Env, host: string, kind: DeferredKind) =>
  until(async () => {
    const tasks = await ask<readonly DeferredKind[]>(env, host, 'deferredTasks').catch(() => []);
    return tasks.length === 1 && tasks[0] === kind;
  });

/** Waits until the approvers were reminded twice. */
export const remindedTwice = ({ world }: Pick<Driven<Workflow>, 'world'>) =>
  until(() => world.mails.filter(({ kind }) => kind === 'approver-reminder').length >= 2 * world.approvers.length);

const SOON_MS = 1000;
/** In a world of its own, approvers are reminded each second. */
export const remindsSoon = (world: World): void => {
  world.remindEveryMs = SOON_MS;
};

export const never = new Promise<void>(() => undefined);

/** A workflow that asks at one gate, then acts in one step. */
interface Gated<W extends Workflow> {
  readonly type: WorkflowType;
  readonly gate: Gate;
  /** The activity of the step that acts. */
  readonly act: string;
  readonly step: string;
  readonly start: (prepare: (world: World) => void) => Promise<Driven<W>>;
}

/** Records the states of a workflow with one gate: it is rejected, asks again, is paused, approved, parks and ends. */
async function playGated<W extends Workflow>(env: Env, { type, gate, act, step, start }: Gated<W>) {
  await using run = await start((world) => world.broken.set(act, 'it is broken'));
  const { handle } = run;
  await waitsFor(env, run, `gate:${gate}`);
  await record(env, handle, type, 'waiting');
  await run.decide('bob', gate, { verdict: 'reject', comment: 'not yet' });
  await waitsFor(env, run, `attention:${gate}`);
  await record(env, handle, type, 'rejected');
  await handle.signal('retry', { step: gate, by: 'bob', reason: 'now' });
  await pauseAtGate(env, run, type, gate);
  await waitsFor(env, run, `attention:${step}`);
  await record(env, handle, type, 'parked');
  run.world.broken.delete(act);
  await handle.signal('retry', { step, by: 'bob', reason: 'mended' });
  await handle.result();
  await record(env, handle, type, 'ended');
}

/** Pauses at a gate, approves meanwhile, records the pause, and resumes. */
export async function pauseAtGate<W extends Workflow>(env: Env, run: Driven<W>, type: WorkflowType, gate: Gate) {
  const { handle } = run;
  await waitsFor(env, run, `gate:${gate}`);
  await handle.signal('pause', { by: 'bob', reason: 'exams' });
  await waitsFor(env, run, 'paused');
  await run.approveAll([gate]);
  await record(env, handle, type, 'paused');
  await handle.signal('resume', { by: 'bob', reason: 'exams are over' });
}

/** Records a workflow that waits at its gate until the approvers are reminded. */
async function playReminded<W extends Workflow>(env: Env, { type, gate, start }: Gated<W>) {
  await using run = await start(remindsSoon);
  await waitsFor(env, run, `gate:${gate}`);
  await remindedTwice(run);
  await record(env, run.handle, type, 'reminded');
}

export function scenariosOfGate<W extends Workflow>(type: WorkflowType, gated: (env: Env) => Gated<W>): void {
  scenario(`${type}: rejected, approved in a pause, parked, ended`, (env) => playGated(env, gated(env)));
  scenario(`${type}: reminded`, (env) => playReminded(env, gated(env)));
}
