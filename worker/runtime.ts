import type { Client } from '@temporalio/client';
import { makeTelemetryFilterString, Runtime, type ActivityInterceptorsFactory, type Logger } from '@temporalio/worker';
import { pino, type Logger as Pino } from 'pino';
import { REPLAY_NAME } from './replay.ts';
import { fieldsOf, stepOf, withoutNames, type LogFields } from './log-lines.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Creates the log: JSON lines on standard output. `SEMESTER_LOG_LEVEL` sets the level; default info. */
export function createLog(level = process.env['SEMESTER_LOG_LEVEL'] ?? 'info'): Pino {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
  });
}

/** Finds the workflow of a run; null if there is none. */
type LookUp = (run: string) => Promise<string | null>;

/** The log of Temporal's SDK, workflows and activities: each line names workflow, run and, in an activity, the step. */
export interface RuntimeLog extends Logger {
  /** Some warnings of the SDK know the run only. From now on its workflow is looked up. */
  lookUpBy(lookUp: LookUp): void;
}

/** Adapts pino to Temporal's logger interface. */
export function temporalLogger(log: Pino): RuntimeLog {
  const workflows = new Map<string, Promise<string | null>>();
  let lookUp: LookUp | null = null;
  const print = (level: keyof typeof LEVELS, message: string, fields: LogFields) => {
    const named = withoutNames(fields);
    log[LEVELS[level]](named, message);
    if (named !== fields) log.debug(fields, message);
  };
  const write = (level: keyof typeof LEVELS, message: string, meta?: object) => {
    // The SDK replays in workers of its own. What they find is reported where it is asked for.
    const { taskQueue } = (meta ?? {}) as { readonly taskQueue?: unknown };
    if (typeof taskQueue === 'string' && taskQueue.startsWith(`${REPLAY_NAME}-`)) return;
    const fields = fieldsOf(meta as LogFields | undefined);
    const { workflow, run } = fields;
    const isMissing = typeof run === 'string' && workflow === undefined && log.isLevelEnabled(LEVELS[level]);
    if (!isMissing || lookUp === null) return print(level, message, fields);
    const found = workflows.get(run) ?? lookUp(run).catch(() => null);
    workflows.set(run, found);
    void found.then((name) => print(level, message, fieldsOf({ ...fields, workflow: name ?? 'unknown' })));
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
    lookUpBy: (how) => void (lookUp = how),
  };
}

/** Looks up the workflow of a run among those that Temporal keeps. */
export const workflowOfRun =
  (client: Client): LookUp =>
  async (run) => {
    const query = `RunId = '${run.replaceAll("'", '')}'`;
    const { executions } = await client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query,
      pageSize: 1,
    });
    return executions?.[0]?.execution?.workflowId ?? null;
  };

/** Adds the step to each line that an activity, or the SDK about it, writes. */
export const stepInLogs: ActivityInterceptorsFactory = () => {
  let step: string | undefined;
  return {
    inbound: {
      execute(input, next) {
        step = stepOf(input.args[0]);
        return next(input);
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...(step !== undefined && { step }) }) },
  };
};

/**
 * Installs Temporal's runtime and returns its log. Call it once per process, before any other use of the SDK. The caller handles
 * signals: the SDK's own handler would swallow a second one.
 * @param metrics address that serves Prometheus metrics, e.g. `127.0.0.1:9464`; absent: no metrics
 */
export function installRuntime(log: Pino, metrics?: string): RuntimeLog {
  const logger = temporalLogger(log);
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metrics !== undefined && { metrics: { prometheus: { bindAddress: metrics } } }),
    },
  });
  return logger;
}
