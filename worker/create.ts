import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import {
  Runtime,
  Worker,
  type NativeConnection,
  type WorkflowBundleOption,
  type WorkerOptions,
} from '@temporalio/worker';
import { workerConverter } from '../codec/data-converter.ts';
import { identityOf, markOf } from '../client/pollers.ts';
import { keyFingerprints, parseKeys } from '../codec/keys.ts';
import { startSampling } from '../activities/hosts/gpu/sampling.ts';
import { startEmptying } from '../activities/hosts/trash/empty-trash.ts';
import { openStore } from '../activities/store/open.ts';
import type { Store } from '../activities/store/store.ts';
import { createMailTransport, openSmtp } from '../activities/mail/transport.ts';
import { loadSite } from '../config/load.ts';
import { VERSION } from '../config/version.ts';
import type { Site } from '../domain/site.ts';
import { TASK_QUEUE } from '../domain/names.ts';
import { siteFrom } from '../activities/site/activities.ts';
import { createActivities } from './activities.ts';
import { logProblem } from './log-lines.ts';
import { stepInLogs } from './runtime.ts';
import { replayOpenRuns, type OpenReplayOptions, type OpenReplays } from './replay.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import type { Secrets } from './secrets.ts';
import { createTeller } from './tell-approvers.ts';
import { storeOf, type StoreKind } from './store.ts';
import { workflowFile } from './workflow-file.ts';

/** Limits on concurrent tasks of a worker. */
export const LIMITS = {
  // Long jobs of ten hosts, plus mails and messages.
  maxConcurrentActivityTaskExecutions: 40,
  maxConcurrentWorkflowTaskExecutions: 20,
} as const satisfies Partial<WorkerOptions>;

export interface SemesterWorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Open runs that do not replay; what asks about them learns it from the worker's identity. */
  readonly without?: readonly string[];
  /** Path of site.yaml; each activity that needs it reads it again. */
  readonly siteFile: string;
  readonly secrets: Secrets;
  /** Default `postgres`. `embedded` may lose its newest entries in a power cut. */
  readonly store?: StoreKind;
  readonly clock?: () => Date;
  /** The workflows of a test; default: those of the build that this code lies in. */
  readonly bundle?: WorkflowBundleOption;
  /** Time for running activities to end after `shutdown`, in milliseconds; default 20 s. */
  readonly graceMs?: number;
  /** Overrides for tests, e.g. interceptors that observe activities. */
  readonly otherwise?: Partial<WorkerOptions>;
}

/** A worker of one site, with its open resources. */
export interface SemesterWorker {
  readonly worker: Worker;
  readonly store: Store;
  readonly client: Client;
  /** Greets the mail server of the site and logs in. @throws Error with the server's answer */
  readonly mailServer: () => Promise<string>;
  /** Whether anything may be done now. @throws ApplicationFailure `StoreBehind`, or `Unreachable` while no host answers */
  readonly mayAct: () => Promise<void>;
  /** Mails the approvers about findings that stop everything. */
  readonly tell: ReturnType<typeof createTeller>;
  /** Replays the open runs on the workflows of this worker. Call it before `worker.run()`. */
  readonly replay: (options: Pick<OpenReplayOptions, 'withinMs' | 'without'>) => Promise<OpenReplays>;
  /** Closes the store and the host connections. Call it after `worker.run()` returns. */
  close(): Promise<void>;
}

/**
 * Creates the worker of a site: registers search attributes, opens the store, creates the activities. Samples GPUs and empties
 * the trash of the hosts until it is closed.
 * @throws ConfigError if site.yaml is invalid; KeysError if it requires encryption and there is no key;
 * ApplicationFailure `Unreachable` if the store does not open; `ConfigInvalid` if it is not the demanded or a durable one.
 */
export async function createWorker(options: SemesterWorkerOptions): Promise<SemesterWorker> {
  const { connection, namespace, siteFile, secrets } = options;
  const clock = options.clock ?? (() => new Date());
  const site = await loadSite(siteFile);
  const keys = secrets.payloadKeys ? parseKeys(secrets.payloadKeys) : null;
  const dataConverter = workerConverter(site.encryption, keys);
  const unchecked = await registerSearchAttributes(connection, namespace);
  if (unchecked !== null)
    Runtime.instance().logger.warn(
      'Temporal does not say whether the search attributes are registered: semester doctor',
      { reason: unchecked },
    );
  const store = await openStore({ ...storeOf(options.store ?? 'postgres', site, secrets), clock });
  const client = new Client({ connection, namespace, dataConverter });
  const wired = createActivities({ site: siteFrom(siteFile), store, secrets, clock, client });
  const sampling = startSampling(
    { site: wired.site, remote: wired.remote, store, clock, worker: `${hostname()}/${process.pid}/${randomUUID()}` },
    (error) => logProblem(Runtime.instance().logger, 'the GPUs are not sampled', error),
  );
  const emptying = startEmptying(
    { site: wired.site, remote: wired.remote, store, clock, mayAct: () => wired.acts.check() },
    (what) => logProblem(Runtime.instance().logger, 'the trash of a host is not emptied', what),
  );
  const close = async () => {
    await sampling.stop();
    await emptying.stop();
    await wired.close();
    await store.close();
  };
  try {
    const bundle = options.bundle ?? {
      codePath: workflowFile(path.join(import.meta.dirname, '..'), site.encryption),
    };
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: TASK_QUEUE,
      // The command line compares them before it sends anything.
      identity: identityOf(`${process.pid}@${hostname()}`, {
        site: site.name,
        keys: keys ? keyFingerprints(keys) : [],
        without: (options.without ?? []).map(markOf),
      }),
      dataConverter,
      workflowBundle: bundle,
      activities: wired.activities,
      // Temporal notes in each history which version worked on it. Tasks go to whoever polls (docs/upgrading.md).
      workerDeploymentOptions: {
        version: { deploymentName: TASK_QUEUE, buildId: VERSION },
        useWorkerVersioning: false,
      },
      // A remote job continues without the worker, and the next attempt reattaches to it: no need to wait longer.
      shutdownGraceTime: options.graceMs ?? 20_000,
      shutdownForceTime: (options.graceMs ?? 20_000) + 10_000,
      // An activity that sends mails learns of a pause by its heartbeat.
      maxHeartbeatThrottleInterval: '5 seconds',
      interceptors: { activity: [stepInLogs] },
      ...LIMITS,
      ...options.otherwise,
    });
    const transport = createMailTransport({ password: secrets.smtpPassword });
    return {
      worker,
      store,
      client,
      mailServer: mailServerOf(wired.site, secrets),
      mayAct: () => wired.acts.check(),
      tell: createTeller({ site: wired.site, store, transport, clock }),
      replay: (how) => replayOpenRuns(client, { ...how, workflowBundle: bundle, dataConverter }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How long one answer of the mail server counts, so that the checks of each minute do not greet it each minute. */
const GREETING_MS = 15 * 60_000;
const SILENCE_MS = 20_000;

function mailServerOf(site: () => Promise<Site>, { smtpPassword }: Secrets): () => Promise<string> {
  let last: { until: number; answer: Promise<string> } | undefined;
  const greet = async () => {
    const { mail } = await site();
    const connection = await openSmtp(mail, smtpPassword, SILENCE_MS);
    connection.quit();
    return `${mail.host}:${mail.port} accepts`;
  };
  return () => {
    if (last === undefined || last.until < Date.now()) {
      last = { until: Date.now() + GREETING_MS, answer: greet() };
      // An unheard failure would end the process; each caller hears it.
      last.answer.catch(() => undefined);
    }
    return last.answer;
  };
}
