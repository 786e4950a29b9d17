import { Command, Option } from 'commander';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { KeysError } from '../codec/keys.ts';
import { ConfigError } from '../config/error.ts';
import { explainConnection } from '../client/connection.ts';
import { temporalTarget } from '../client/target.ts';
import { behindText, readBehind } from '../activities/epoch/recovery.ts';
import { isFailure } from '../activities/failures.ts';
import { VERSION } from '../config/version.ts';
import { many } from '../domain/many.ts';
import { createWorker, type SemesterWorker } from './create.ts';
import { serveHealth } from './health.ts';
import { sentenceOf } from './replay.ts';
import { createLog, installRuntime, workflowOfRun } from './runtime.ts';
import { loadSecrets } from './secrets.ts';
import { stopOnSignals } from './signals.ts';
import { STORE_KINDS, type StoreKind } from './store.ts';
import { startWatching } from './watching.ts';
import { certificatesOf, lookOnce } from '../watch/look.ts';

/**
 * Exit codes: 0 drained after a signal, 1 failed, 2 invalid configuration or an open run that does not replay (a restart would not
 * help), 4 Temporal does not answer.
 */
const EXIT = { failed: 1, config: 2, unreachable: 4 } as const;

/** States in which a restart would only interrupt. */
const ALIVE: ReadonlySet<string> = new Set(['INITIALIZED', 'RUNNING', 'STOPPING', 'DRAINING']);

interface Flags {
  readonly site: string;
  readonly store: StoreKind;
  readonly healthHost: string;
  readonly healthPort: string;
  readonly metrics: string;
  readonly backups?: string;
  readonly without: readonly string[];
}

const log = createLog();

/** Logs the error as one line and exits with a code. */
function fail(code: number, what: string, error: unknown): never {
  log.fatal({ reason: error instanceof Error ? error.message : String(error) }, what);
  process.exit(code);
}

async function main({
  site: siteFile,
  store: storeKind,
  healthHost,
  healthPort,
  metrics,
  backups,
  without,
}: Flags): Promise<void> {
  let runtimeLog;
  try {
    runtimeLog = installRuntime(log, metrics === 'off' ? undefined : metrics);
  } catch (error) {
    fail(EXIT.config, `metrics cannot be served at ${metrics}: choose another address by --metrics, or off`, error);
  }
  const target = temporalTarget();
  const { address, namespace, options } = target;
  const secrets = await loadSecrets().catch((error: unknown) => fail(EXIT.config, 'a secret cannot be read', error));
  const connection = await NativeConnection.connect(options).catch(async (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(EXIT.unreachable, 'Temporal does not answer', new Error(await explainConnection(target, reason)));
  });
  const made = await createWorker({ connection, namespace, siteFile, secrets, store: storeKind, without }).catch(
    (error: unknown) => fail(isConfig(error) ? EXIT.config : EXIT.failed, 'the worker cannot start', error),
  );
  const { worker, store, client } = made;
  runtimeLog.lookUpBy(workflowOfRun(client));
  await checkReplay(made, without);
  const watching = startWatching({
    look: () =>
      lookOnce({
        clock: () => new Date(),
        client: async () => client,
        acts: made.mayAct,
        store,
        mailServer: made.mailServer,
        backups,
        certificates: certificatesOf(process.env),
        leftOut: without,
      }),
    log,
    tell: made.tell,
    meter: Runtime.instance().metricMeter,
  });
  const health = await serveHealth({
    host: healthHost,
    port: Number(healthPort),
    isAlive: () => ALIVE.has(worker.getState()),
    findings: watching.findings,
    checks: {
      worker: async () => {
        if (worker.getState() !== 'RUNNING') throw new Error(worker.getState());
        return 'RUNNING';
      },
      temporal: async () => {
        await connection.workflowService.describeNamespace({ namespace });
        return `${address} ${namespace}`;
      },
      store: async () => {
        await store.getNamed('health');
        return 'answers';
      },
      runs: async () => {
        const stuck = watching.findings().filter(({ check }) => check === 'run');
        if (stuck.length > 0) throw new Error(stuck.map(({ found }) => found).join('; '));
        return 'no workflow task fails';
      },
      epoch: async () => {
        // The worker is well: it waits for a person, and a restart would not help.
        const behind = await readBehind(store);
        return behind ? behindText(behind) : 'up to date';
      },
    },
  }).catch((error: unknown) =>
    fail(
      EXIT.config,
      `/health cannot be served at ${healthHost}:${healthPort}: choose another port by --health-port`,
      error,
    ),
  );
  log.info({ address, namespace, siteFile, healthPort: health.port }, 'worker starts');
  stopOnSignals(log, () => worker.shutdown());
  try {
    await worker.run();
  } finally {
    await health.close();
    await watching.stop();
    await made.close();
    await connection.close();
  }
  log.info('worker has drained');
}

/** For so long a start waits for the replay of the open runs. What is left then is named, and the worker starts. */
const REPLAY_MS = 30_000;

/** Rule 10 of docs/safety.md: a run that does not replay would be stuck for ever, so this version does not start. */
async function checkReplay(made: SemesterWorker, without: readonly string[]): Promise<void> {
  const begun = Date.now();
  const result = await made
    .replay({ withinMs: REPLAY_MS, without })
    .catch((error: unknown) =>
      log.warn({ reason: String(error) }, 'the open runs are not checked: Temporal does not list them'),
    );
  if (!result) return;
  const { replayed, failed, unchecked } = result;
  for (const one of failed)
    log.fatal(
      {
        workflow: one.workflowId,
        reason: sentenceOf(one),
        remedy: `docs/upgrading.md; to start without it: --without ${one.workflowId}`,
      },
      'an open run does not replay on this version',
    );
  if (failed.length > 0) {
    await made.close();
    fail(
      EXIT.config,
      'the worker does not start',
      new Error(`${many(failed.length, 'open run does', 'open runs do')} not replay`),
    );
  }
  if (unchecked.length > 0)
    log.warn(
      { runs: unchecked.slice(0, 50), count: unchecked.length, remedy: 'semester replay' },
      'open runs are not checked',
    );
  for (const workflow of without)
    log.warn({ workflow }, 'starts without this run: it may be stuck until it is repaired');
  log.info({ replayed, ms: Date.now() - begun, version: VERSION }, 'the open runs replay on this version');
}

const isConfig = (error: unknown) =>
  error instanceof ConfigError || error instanceof KeysError || isFailure(error, 'ConfigInvalid');

const program = new Command('semester-worker')
  .description(
    'Runs the workflows and activities of one site: polls Temporal; connects to hosts, mail, ID server and homepage.',
  )
  .option('--site <file>', 'the site file', process.env['SEMESTER_SITE'] ?? 'site.yaml')
  .addOption(
    new Option(
      '--store <kind>',
      'postgres: at SEMESTER_DATABASE_URL; embedded: below stateDir, to try the service only',
    )
      .choices(STORE_KINDS)
      .env('SEMESTER_STORE')
      .default('postgres'),
  )
  .option('--health-port <port>', 'port of /health', process.env['SEMESTER_HEALTH_PORT'] ?? '8070')
  .option(
    '--health-host <address>',
    'address of /health; it needs no password',
    process.env['SEMESTER_HEALTH_HOST'] ?? '127.0.0.1',
  )
  .option(
    '--metrics <address>',
    'address of /metrics for Prometheus, or off',
    process.env['SEMESTER_METRICS'] ?? '127.0.0.1:9464',
  )
  .option(
    '--backups <folder>',
    "folder of the service's backups, whose age is checked",
    process.env['SEMESTER_BACKUPS'],
  )
  .addOption(
    new Option(
      '--without <run>',
      'start although this open run does not replay; repeat it, or separate several by commas',
    )
      .argParser((value: string, before: readonly string[]) => [
        ...before,
        ...value.split(',').map((one) => one.trim()),
      ])
      .env('SEMESTER_WITHOUT')
      .default([]),
  )
  .addHelpText('after', '\nExample:\n  semester-worker --site /etc/semester/site.yaml')
  .action((flags: Flags) => main(flags).catch((error: unknown) => fail(EXIT.failed, 'the worker has failed', error)));

await program.parseAsync();
