import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
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
  /** Set by a test after which the server's clock is known to stand: at its end nothing is waited for. */
  clockStands?: boolean;
  status(workflow?: string): Promise<Status>;
  /** Asks `status` again as history grows until it fits; every wait here waits for an event of the workflow. */
  until(what: string, fits: (s: Status) => boolean): Promise<Status>;
  decide(by: string, gate: Gate, more?: Partial<Decision>): Promise<DecisionResult>;
  /** Approves each gate as it opens, with as many people as it needs, until the workflow ends. */
  approveAll(only?: readonly Gate[]): Promise<void>;
}

export interface Run extends Driven<typeof semesterWorkflow> {
  readonly semester: Semester;
}

/** How applications are looked for. */
export const APPLICATIONS = { every: 'PT6H', grace: 'PT1H', nudges: ['P3D', 'P7D'] } as const;

/**
 * A semester whose deadline is nine days ahead on the server's clock; its applications end soon, since every look for them is real.
 * @param changes may be told which date is so many days ahead
 */
export async function startRun(
  env: TestWorkflowEnvironment,
  changes: Partial<Semester> | ((day: (ahead: number) => string) => Partial<Semester>) = {},
  input: Partial<SemesterInput> = {},
  prepare: (world: World) => void = () => {},
): Promise<Run> {
  const today = Temporal.Instant.fromEpochMilliseconds(await env.currentTimeMs())
    .toZonedDateTimeISO('Asia/Seoul')
    .toPlainDate();
  const day = (days: number) => today.add({ days }).toString();
  const semester: Semester = {
    name: `s-${randomUUID().slice(0, 8)}`,
    deadline: day(9),
    notices: ['P7D'],
    noticeGateLead: 'P7D',
    minimumNotice: 'P7D',
    period: {
      from: day(15),
      until: day(200),
    },
    mode: 'update',
    order: 'wipe-first',
    applications: {
      ...APPLICATIONS,
      until: day(45),
    },
    keep: [],
    title: '2027년 봄학기 GPU 서버 계정 신청 안내',
    formUrl: 'https://form.example/1',
    ...(typeof changes === 'function' ? changes(day) : changes),
  };
  const driven = await startIn(env, prepare, (taskQueue) =>
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
    }),
  );
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
): Promise<Driven<W>> {
  const taskQueue = `q-${randomUUID()}`;
  const world = createWorld({ now: () => env.currentTimeMs(), client: () => env.client, taskQueue });
  prepare(world);
  const worker = await workerFor(env, world.acts, taskQueue);
  const stopped = worker.run();
  const handle = await start(taskQueue);
  const run = drive(env, { world, handle, taskQueue }, async () => {
    if (!run.clockStands) await settle(env);
    await handle.terminate('test is over').catch(() => undefined);
    worker.shutdown();
    await stopped;
    await endOthers(env);
  });
  return run;
}

/**
 * Lets what runs come to its end: an activity that runs while its workflow is terminated would hold the server's clock for good,
 * and the clock does not pass a minute before all have ended. On a busy machine that takes its time.
 */
const settle = ({ connection, sleep }: TestWorkflowEnvironment) =>
  connection.withDeadline(Date.now() + 60_000, () => sleep('1 minute')).catch(() => undefined);

async function openIn({ client, connection }: TestWorkflowEnvironment): Promise<readonly string[]> {
  const { namespace } = client.options;
  const open = { namespace, startTimeFilter: {}, maximumPageSize: 1000 };
  const { executions } = await connection.workflowService.listOpenWorkflowExecutions(open);
  return executions.map(({ execution }) => execution?.workflowId ?? '');
}

/**
 * Ends the workflows that a run leaves open: children, locks, applications. Last, since an activity that was still asking
 * for a lock would have started it anew. A task for a worker that is gone would stop the server's clock for all later tests.
 */
async function endOthers(env: TestWorkflowEnvironment): Promise<void> {
  const ending = (await openIn(env)).map((id) =>
    env.client.workflow
      .getHandle(id)
      .terminate('test is over')
      .catch(() => undefined),
  );
  await Promise.all(ending);
}

function drive<W extends Workflow>(
  env: TestWorkflowEnvironment,
  base: Pick<Driven<W>, 'world' | 'handle' | 'taskQueue'>,
  end: () => Promise<void>,
): Driven<W> {
  const query = (workflow: string) => ask<Status>(env, workflow, 'status');
  const run: Driven<W> = {
    ...base,
    [Symbol.asyncDispose]: end,
    status: (workflow = base.handle.workflowId) => query(workflow),
    async until(what, fits) {
      // Each turn lets the server's clock run for six hours: 300 days at the most.
      let status = await run.status();
      for (let turn = 0; turn < 1200; turn++) {
        if (fits(status)) return status;
        await env.sleep('6 hours');
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
        const status = await run.until('a gate', (s) => wanted(s) !== undefined || s.phase === 'applications');
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
