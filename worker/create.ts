import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import {
  bundleWorkflowCode,
  Runtime,
  Worker,
  type NativeConnection,
  type WorkflowBundle,
  type WorkflowBundleOption,
  type WorkerOptions,
} from '@temporalio/worker';
import { failureConverterPath, workerConverter } from '../codec/data-converter.ts';
import { parseKeys } from '../codec/keys.ts';
import { startSampling } from '../activities/hosts/gpu/sampling.ts';
import { openStore } from '../activities/store/open.ts';
import type { Store } from '../activities/store/store.ts';
import { loadSite } from '../config/load.ts';
import { TASK_QUEUE } from '../domain/names.ts';
import { siteFrom } from '../activities/site/activities.ts';
import type { Site } from '../domain/site.ts';
import { createActivities } from './activities.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import type { Secrets } from './secrets.ts';

/** What a worker takes on at a time. */
export const LIMITS = {
  // Ten hosts' long jobs, and room for mails and messages beside them.
  maxConcurrentActivityTaskExecutions: 40,
  maxConcurrentWorkflowTaskExecutions: 20,
} as const satisfies Partial<WorkerOptions>;

export interface SemesterWorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** `site.yaml`; read anew by each activity that needs it. */
  readonly siteFile: string;
  readonly secrets: Secrets;
  readonly clock?: () => Date;
  /** From `bundleWorkflows`, to share one among the workers of a test suite. */
  readonly bundle?: WorkflowBundleOption;
  /** How long running activities may take to end after `shutdown`, in milliseconds; default 20 s. */
  readonly graceMs?: number;
  /** What a test has otherwise: interceptors that see its activities begin and end. */
  readonly otherwise?: Partial<WorkerOptions>;
}

/** A worker of one site, and what it holds open. */
export interface SemesterWorker {
  readonly worker: Worker;
  readonly store: Store;
  /** Closes store and host connections; after `worker.run()` has ended. */
  close(): Promise<void>;
}

/** Bundles the workflows: 2 to 5 s, so once for a process. */
export function bundleWorkflows(encryption: Site['encryption'] = 'required'): Promise<WorkflowBundle> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  return bundleWorkflowCode({
    workflowsPath,
    logger: Runtime.instance().logger,
    // Their errors are text as well; without encryption the UI should show them as they are.
    ...(encryption === 'required' && { failureConverterPath }),
  });
}

/**
 * Builds the worker of a site: registers search attributes, opens the store, wires every activity, and samples GPUs until it is closed.
 * @throws ConfigError for a wrong site.yaml; KeysError where it requires encryption and there is no key; ApplicationFailure `Unreachable` when the store does not open.
 */
export async function createWorker(options: SemesterWorkerOptions): Promise<SemesterWorker> {
  const { connection, namespace, siteFile, secrets } = options;
  const clock = options.clock ?? (() => new Date());
  const site = await loadSite(siteFile);
  const dataConverter = workerConverter(site.encryption, secrets.payloadKeys ? parseKeys(secrets.payloadKeys) : null);
  await registerSearchAttributes(connection.operatorService, namespace);
  const store = await openStore({
    dir: site.stateDir,
    clock,
    ...(secrets.databaseUrl && { databaseUrl: secrets.databaseUrl }),
  });
  const client = new Client({ connection, namespace, dataConverter });
  const wired = createActivities({ site: siteFrom(siteFile), store, secrets, clock, client });
  const sampling = startSampling(
    { site: wired.site, remote: wired.remote, store, clock, worker: `${hostname()}/${process.pid}/${randomUUID()}` },
    (error) => Runtime.instance().logger.warn('the GPUs are not sampled', { reason: String(error) }),
  );
  const close = async () => {
    await sampling.stop();
    await wired.close();
    await store.close();
  };
  try {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: TASK_QUEUE,
      dataConverter,
      workflowBundle: options.bundle ?? (await bundleWorkflows(site.encryption)),
      activities: wired.activities,
      // A remote job goes on without its worker and is found again: there is no need to wait for it.
      shutdownGraceTime: options.graceMs ?? 20_000,
      shutdownForceTime: (options.graceMs ?? 20_000) + 10_000,
      // A pause reaches a run of mails by its heartbeat.
      maxHeartbeatThrottleInterval: '5 seconds',
      ...LIMITS,
      ...options.otherwise,
    });
    return { worker, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}
