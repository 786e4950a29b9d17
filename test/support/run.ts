import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { Temporal } from 'temporal-polyfill';
import { semesterWorkflowId, updateWorkflowId } from '../../domain/names.ts';
import type { Gate } from '../../domain/gates/index.ts';
import type { Decision, DecisionResult } from '../../domain/messages.ts';
import type { FleetUpdateInput, Semester, SemesterInput } from '../../domain/semester.ts';
import { statementOf } from '../../domain/statement.ts';
import type { GateStatus, Status } from '../../domain/status.ts';
import type { fleetUpdate } from '../../workflows/fleet-update.ts';
import type { semester as semesterWorkflow } from '../../workflows/semester.ts';
import { ask, workerFor } from './temporal.ts';
import { createWorld } from './world.ts';
import type { World } from './world-state.ts';

/** A workflow in a world of its own. */
export interface Driven<W extends Workflow> extends AsyncDisposable {
  readonly world: World;
  readonly handle: WorkflowHandle<W>;
  readonly taskQueue: string;
  status(workflow?: string): Promise<Status>;
  /** Asks `status` again as history grows until it fits; every wait here waits for an event of the workflow. */
  until(what: string, fits: (s: Status) => boolean): Promise<Status>;
  decide(by: string, gate: Gate, more?: Partial<Decision>): Promise<DecisionResult>;
  /** Goes on with other workflow code: the worker drains, and another one takes its place. */
  upgrade(bundle: WorkflowBundleOption): Promise<void>;
  /** Approves each gate as it opens, with as many people as it needs, until the workflow ends. */
  approveAll(only?: readonly Gate[]): Promise<void>;
}

export interface Run extends Driven<typeof semesterWorkflow> {
  readonly semester: Semester;
}

/** Intervals of applications: polls, grace and nudges. */
export const APPLICATIONS = { every: 'P1D', grace: 'PT1H', nudges: ['P3D', 'P7D'] } as const;

/** A semester that ends as soon as it has reopened, on a server whose time is real. */
export const endsAtOnce = (day: (ahead: number) => string): Partial<Semester> => ({
  period: { from: day(-2), until: day(-1) },
  applications: { ...APPLICATIONS, until: day(-1) },
});

/**
 * A semester whose deadline is nine days ahead where time is skipped, and a second where it is real; its applications end soon,
 * since every poll for them is real.
 * @param changes may depend on which date is so many days ahead
 */
export async function startRun(
  env: TestWorkflowEnvironment,
  changes: Partial<Semester> | ((day: (ahead: number) => string) => Partial<Semester>) = {},
  input: Partial<SemesterInput> = {},
  prepare: (world: World) => void = () => {},
  bundle?: WorkflowBundleOption,
): Promise<Run> {
  const now = Temporal.Instant.fromEpochMilliseconds(await env.currentTimeMs());
  const today = now.toZonedDateTimeISO('Asia/Seoul').toPlainDate();
  const day = (days: number) => today.add({ days }).toString();
  const semester: Semester = {
    name: `s-${randomUUID().slice(0, 8)}`,
    ...(env.supportsTimeSkipping
      ? { deadline: day(9), notices: ['P7D'], noticeGateLead: 'P7D', minimumNotice: 'P7D' }
      : {
          deadline: String(now.add({ seconds: 1 })),
          notices: ['PT1S'],
          noticeGateLead: 'PT1S',
          minimumNotice: 'PT1S',
        }),
    period: {
      from: day(15),
      until: day(200),
    },
    mode: 'update',
    order: 'wipe-first',
    applications: {
      ...APPLICATIONS,
      ...(!env.supportsTimeSkipping && { every: 'PT0.2S' }),
      until: day(45),
    },
    keep: [],
    title: '2027년 봄학기 GPU 서버 계정 신청 안내',
    formUrl: 'https://form.example/1',
    ...(typeof changes === 'function' ? changes(day) : changes),
  };
  const start = (taskQueue: string) =>
    env.client.workflow.start<typeof semesterWorkflow>('semester', {
      workflowId: semesterWorkflowId(semester.name),
      taskQueue,
      args: [
        {
          semester,
          site: 'lab',
          startedBy: 'alice',
          ...input,
        },
      ],
    });
  const driven = await startIn(env, prepare, start, bundle);
  return Object.assign(driven, { semester });
}

/** R2 and R8 without the rest of a semester; with a `parent`, as inside one. */
export function startUpdate(
  env: TestWorkflowEnvironment,
  input: Partial<FleetUpdateInput> = {},
  prepare: (world: World) => void = () => {},
): Promise<Driven<typeof fleetUpdate>> {
  const name = `u-${randomUUID().slice(0, 8)}`;
  return startIn(env, prepare, (taskQueue) =>
    env.client.workflow.start<typeof fleetUpdate>('fleetUpdate', {
      workflowId: updateWorkflowId(name),
      taskQueue,
      args: [
        {
          site: 'lab',
          name,
          startedBy: 'alice',
          mode: 'update',
          keep: [],
          ...input,
        },
      ],
    }),
  );
}

/** A workflow with a worker of its own, and a world that its activities change. */
export async function startIn<W extends Workflow>(
  env: TestWorkflowEnvironment,
  prepare: (world: World) => void,
  start: (taskQueue: string) => Promise<WorkflowHandle<W>>,
  bundle?: WorkflowBundleOption,
): Promise<Driven<W>> {
  const taskQueue = `q-${randomUUID()}`;
  const world = createWorld({ now: () => env.currentTimeMs(), client: () => env.client, taskQueue });
  prepare(world);
  const work = async (workflows?: WorkflowBundleOption) => {
    const worker = await workerFor(env, world.acts, taskQueue, workflows);
    const stopped = worker.run();
    return () => {
      worker.shutdown();
      return stopped;
    };
  };
  let stop = await work(bundle);
  const handle = await start(taskQueue);
  const upgrade = async (workflows: WorkflowBundleOption) => {
    await stop();
    stop = await work(workflows);
  };
  const run = drive(env, { world, handle, taskQueue, upgrade }, async () => {
    await handle.terminate('test is over').catch(() => undefined);
    await stop();
  });
  return run;
}

/** Phases after the last gate. Applications that end at once may be over before anyone looks. */
const AFTER_GATES: readonly Status['phase'][] = ['applications', 'report', 'done'];

function drive<W extends Workflow>(
  env: TestWorkflowEnvironment,
  base: Pick<Driven<W>, 'world' | 'handle' | 'taskQueue' | 'upgrade'>,
  end: () => Promise<void>,
): Driven<W> {
  const query = (workflow: string) => ask<Status>(env, workflow, 'status');
  const run: Driven<W> = {
    ...base,
    [Symbol.asyncDispose]: end,
    status: (workflow = base.handle.workflowId) => query(workflow),
    async until(what, fits) {
      // Where time is skipped, each turn lets six hours pass: 300 days at the most. Elsewhere it is two minutes of real time.
      const turn = env.supportsTimeSkipping ? '6 hours' : '100 ms';
      let status = await run.status();
      for (let left = 1200; left > 0; left--) {
        if (fits(status)) return status;
        await env.sleep(turn);
        status = await run.status();
      }
      throw new Error(`${what} never came; it waits for ${JSON.stringify(status.waitingFor, null, 1)}`);
    },
    async decide(by, gate, more = {}) {
      const open = await gateOf(run, gate);
      const decision: Decision = {
        verdict: 'approve',
        gate,
        round: open.round,
        digest: open.plan?.digest ?? '',
        by,
        ...more,
      };
      const statement = statementOf(decision, { workflow: open.workflowId, run: open.run });
      const signature = open.signed && { signature: await base.world.sign(statement) };
      return env.client.workflow
        .getHandle(open.workflowId)
        .executeUpdate<DecisionResult, [Decision]>('decide', { args: [{ ...decision, ...signature }] });
    },
    async approveAll(only) {
      const wanted = (s: Status) =>
        s.waitingFor.find((w) => w.key.startsWith('gate:') && (!only || only.includes(w.key.slice(5) as Gate)));
      for (let left = only?.length ?? Infinity; left > 0; left--) {
        const status = await run.until('a gate', (s) => wanted(s) !== undefined || AFTER_GATES.includes(s.phase));
        const waiting = wanted(status);
        if (!waiting) return;
        const gate = waiting.key.slice(5) as Gate;
        for (const by of ['bob', 'carol']) {
          const { state } = await run.decide(by, gate);
          if (state === 'approved') break;
        }
        await run.until(
          `${gate} decided`,
          (s) => !s.waitingFor.some((w) => w.key === waiting.key && w.since === waiting.since),
        );
      }
    },
  };
  return run;
}

/** The open gate, in the workflow itself or in one of its children; the one seen last where none is open. */
async function gateOf<W extends Workflow>(run: Driven<W>, gate: Gate): Promise<GateStatus> {
  await run.until(`gate ${gate}`, (s) => s.waitingFor.some((w) => w.key === `gate:${gate}`));
  const all = [await run.status()];
  for (const child of all[0]!.children) all.push(await run.status(child));
  const found = all.flatMap((s) => s.gates).find((g) => g.gate === gate);
  if (!found) throw new Error(`there is no gate ${gate} in ${all.map((s) => s.workflowId).join(', ')}`);
  return found;
}
