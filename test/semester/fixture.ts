import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { afterAll, beforeAll, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { findGate } from '../../client/plan.ts';
import { run } from '../../client/main.ts';
import { clientConverter } from '../../codec/data-converter.ts';
import { loadKeys, newKey, PAYLOAD_KEYS } from '../../codec/keys.ts';
import { semesterWorkflowId } from '../../domain/names.ts';
import type { Gate, PlanGate } from '../../domain/gates/index.ts';
import { statementOf } from '../../domain/statement.ts';
import type { GateStatus, Status, StepStatus } from '../../domain/status.ts';
import { approverKey } from '../../lab/approvers.ts';
import { serveForm } from '../../lab/demo/form.ts';
import { startLab, type Lab, type LabOptions } from '../../lab/lab.ts';
import { startDevServer } from '../../lab/setup/dev-server.ts';
import { copyEmptyStore } from '../../lab/setup/empty-store.ts';
import { temporalCommand } from '../../lab/setup/temporal.ts';
import { signStatement } from '../../signing/ssh-keygen.ts';
import { recorder } from '../client/io.ts';
import { breachesIn } from '../support/histories.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

export const NAME = 'test';
export const ID = semesterWorkflowId(NAME);
/** Approvers; alice starts the semesters. */
const DECIDERS = ['bob', 'carol'];
/** Longer than Temporal needs to see that a worker is dead (a minute) and to try again. */
const PATIENCE_MS = 300_000;

/** A lab, Temporal's real server and a worker's process, all of this stage alone. */
export interface Stage extends AsyncDisposable {
  readonly lab: Lab;
  readonly client: Client;
  /** Where the survey can be filled in: it opens. */
  readonly formUrl: string;
  /** Starts another worker of the same site. */
  startWorker(): Promise<WorkerProcess>;
  /** The first worker. */
  readonly worker: WorkerProcess;
  /** Runs the command line; `typed` is what the person answers. @throws Error with its output if it does not end with 0, or 5 (`status`: it waits for people) */
  semester(args: readonly string[], typed?: string): Promise<string>;
  /** Writes semester.yaml with weeks that are seconds and starts it. `flags` go to `semester start`. */
  start(changes?: object, ...flags: string[]): Promise<void>;
  /** The status as soon as it fits. @throws Error when a step parks that is not to, or when it does not come to that */
  until(what: string, fits: (status: Status) => boolean, id?: string, parks?: string): Promise<Status>;
  /** The step as soon as it has its proof. */
  done(step: string, id?: string): Promise<StepStatus>;
  /** The gate as soon as it asks, wherever it is asked. */
  opened(gate: Gate): Promise<GateStatus>;
  /** Approves by the command line as soon as the gate asks: with `--yes`, or typing what the plan wants to be typed. */
  approve(gate: PlanGate, how?: 'yes' | 'typing'): Promise<void>;
  /** The same by `ssh-keygen` and `temporal workflow signal`, which know nothing of this product. */
  approveBySignal(gate: PlanGate): Promise<void>;
}

export interface StageOptions extends LabOptions {
  /** Keys of site.yaml that differ from the lab's. */
  readonly mail?: object;
  readonly update?: object;
}

/** The command line runs in this process and finds its key where it always does; so all stages of a file have the same. */
export function usePayloadKeys(): void {
  beforeAll(() => void vi.stubEnv(PAYLOAD_KEYS, newKey(new Date())));
  afterAll(() => void vi.unstubAllEnvs());
}

/** Two at a time, as there are cores: so that the test that takes longest is not held up by those that start beside it. */
const settings = new PQueue({ concurrency: 2 });

/** Starts everything; what was started ends when the stage is disposed of, or with the test's process. */
export const setStage = (options: StageOptions): Promise<Stage> => settings.add(() => set(options));

async function set({ mail, update, ...options }: StageOptions): Promise<Stage> {
  const ends: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (let undo = ends.pop(); undo; undo = ends.pop()) await undo();
  };
  try {
    const starting = [
      startDevServer({ uiPort: false }).then((server) => (ends.push(() => server.stop()), server)),
      startLab({ busy: false, ...options }).then((lab) => (ends.push(() => lab.down()), lab)),
    ] as const;
    await Promise.allSettled(starting);
    const [temporal, lab] = await Promise.all(starting);
    await copyEmptyStore(path.join(lab.dir, 'state'));
    const form = await serveForm();
    ends.push(() => form.stop());
    if (mail) await changeSite(lab, (site) => Object.assign(site['mail'] as object, mail));
    if (update) await changeSite(lab, (site) => Object.assign(site['update'] as object, update));
    const connection = await Connection.connect({ address: temporal.address });
    ends.push(() => connection.close());
    const dataConverter = clientConverter(await loadKeys());
    const client = new Client({ connection, namespace: temporal.namespace, dataConverter });
    const env = {
      ...lab.secrets,
      ...process.env,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
    };
    const another = async () => {
      const worker = await startWorker(lab.siteFile, env);
      ends.push(() => worker.kill());
      return worker;
    };
    const worker = await another();
    const base = { lab, client, formUrl: form.url, worker, startWorker: another };
    const dispose = async () => {
      try {
        const breaches = await breachesIn(client);
        if (breaches.length > 0) throw new Error(breaches.join('\n'));
      } finally {
        await end();
      }
    };
    return { ...base, ...drive(base, env), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await end();
    throw error;
  }
}

async function changeSite(lab: Lab, change: (site: Record<string, unknown>) => void): Promise<void> {
  const site = parse(await readFile(lab.siteFile, 'utf8')) as Record<string, unknown>;
  change(site);
  await writeFile(lab.siteFile, stringify(site));
}

type Driving = 'semester' | 'start' | 'until' | 'done' | 'opened' | 'approve' | 'approveBySignal';

/** What people do, and how they see what has come of it. */
function drive({ lab, client, formUrl }: Pick<Stage, 'lab' | 'client' | 'formUrl'>, env: NodeJS.ProcessEnv) {
  const stage: Pick<Stage, Driving> = {
    async semester(args, typed) {
      const io = recorder(typed ?? null, client);
      const code = await run(args, io);
      const said = [...io.lines, ...io.notes].join('\n');
      const fine = code === 0 || (args[0] === 'status' && code === 5);
      if (!fine) throw new Error(`semester ${args.join(' ')} ended with ${code}: ${said}`);
      return said;
    },
    async start(changes, ...flags) {
      const file = path.join(lab.dir, 'semester.yaml');
      await writeFile(file, stringify({ ...secondsFromNow(), formUrl, ...changes }));
      await stage.semester([
        'start',
        '--semester',
        file,
        '--site',
        lab.siteFile,
        '--by',
        'alice',
        '--key',
        approverKey(lab.dir, 'alice'),
        ...flags,
      ]);
    },
    async until(what, fits, id = ID, parks) {
      const { status, stuck } = await vi.waitFor(
        async () => {
          const now = await query(client, id);
          if (fits(now)) return { status: now, stuck: undefined };
          const parked = now.steps.find(({ step, state }) => state === 'attention' && step !== parks);
          if (parked) return { status: now, stuck: parked };
          throw new Error(`${what} has not come; ${now.phase}, waits for ${JSON.stringify(now.waitingFor)}`);
        },
        { timeout: PATIENCE_MS, interval: 300 },
      );
      if (stuck) throw new Error(`${what} did not come: step ${stuck.step} is parked: ${stuck.reason}`);
      return status;
    },
    async done(step, id) {
      const find = (status: Status) => status.steps.find((one) => one.step === step && one.proof !== undefined);
      return find(await stage.until(`the proof of ${step}`, (status) => find(status) !== undefined, id))!;
    },
    async opened(gate) {
      await stage.until(`gate ${gate}`, ({ waitingFor }) => waitingFor.some(({ key }) => key === `gate:${gate}`));
      return (await findGate(client, NAME, gate)).gate;
    },
    async approve(gate, how = 'yes') {
      const { needed, plan } = await stage.opened(gate);
      const waive = plan && plan.waivable.length > 0 ? ['--waive', plan.waivable.join(',')] : [];
      for (const by of DECIDERS.slice(0, needed)) {
        const args = ['approve', NAME, gate, '--by', by, '--key', approverKey(lab.dir, by), ...waive];
        await (how === 'yes' ? stage.semester([...args, '--yes']) : stage.semester(args, plan?.confirm));
      }
    },
    async approveBySignal(gate) {
      const { needed, plan, round, workflowId, run: firstRun } = await stage.opened(gate);
      const temporal = await temporalCommand();
      const to = ['workflow', 'signal', '--workflow-id', ID, '--name', 'approve'];
      for (const by of DECIDERS.slice(0, needed)) {
        const decision = { gate, round, digest: plan!.digest, by };
        const statement = statementOf({ ...decision, verdict: 'approve' }, { workflow: workflowId, run: firstRun });
        const signature = await signStatement(statement, approverKey(lab.dir, by));
        await execa(temporal, [...to, '--input', JSON.stringify({ ...decision, signature })], { env });
      }
    },
  };
  return stage;
}

/** A worker that was killed is still asked for a moment: then there is no answer yet. */
const query = (client: Client, id: string) =>
  client.connection.withDeadline(Date.now() + 5000, () => client.workflow.getHandle(id).query<Status>('status'));

/** Due at once, or soon; the end of applications is brought near by `reschedule`. */
function secondsFromNow() {
  const after = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  return {
    name: NAME,
    title: 'GPU 서버 계정 신청 안내',
    deadline: after(10),
    notices: ['PT9S'],
    noticeGateLead: 'PT0S',
    minimumNotice: 'PT0S',
    period: { from: after(20), until: after(4 * 3600) },
    applications: { until: after(2 * 3600), every: 'PT1S', grace: 'PT1S' },
  };
}
