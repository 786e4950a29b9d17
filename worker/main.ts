import { Command, Option } from 'commander';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { KeysError } from '../codec/keys.ts';
import { ConfigError } from '../config/error.ts';
import { explainConnection } from '../client/connection.ts';
import { temporalTarget } from '../client/target.ts';
import { behindText, readBehind } from '../activities/epoch/recovery.ts';
import { isFailure } from '../activities/failures.ts';
import { createWorker } from './create.ts';
import { serveHealth } from './health.ts';
import { createLog, installRuntime, workflowOfRun } from './runtime.ts';
import { loadSecrets } from './secrets.ts';
import { stopOnSignals } from './signals.ts';
import { STORE_KINDS, type StoreKind } from './store.ts';
import { startWatching } from './watching.ts';
import { certificatesOf, lookOnce } from '../watch/look.ts';

/** Exit codes: 0 drained after a signal, 1 failed, 2 invalid configuration, 4 Temporal does not answer. */
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
  const made = await createWorker({ connection, namespace, siteFile, secrets, store: storeKind }).catch(
    (error: unknown) => fail(isConfig(error) ? EXIT.config : EXIT.failed, 'the worker cannot start', error),
  );
  const { worker, store, client } = made;
  runtimeLog.lookUpBy(workflowOfRun(client));
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
  });
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
  .addHelpText('after', '\nExample:\n  semester-worker --site /etc/semester/site.yaml')
  .action((flags: Flags) => main(flags).catch((error: unknown) => fail(EXIT.failed, 'the worker has failed', error)));

await program.parseAsync();
