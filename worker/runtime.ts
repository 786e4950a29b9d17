import { makeTelemetryFilterString, Runtime, type Logger } from '@temporalio/worker';
import { pino, type Logger as Pino } from 'pino';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Creates the log: JSON lines on standard output. `SEMESTER_LOG_LEVEL` sets the level; default info. */
export function createLog(level = process.env['SEMESTER_LOG_LEVEL'] ?? 'info'): Pino {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
    // The SDK logs failed tasks with their arguments; names and addresses must not reach the log.
    redact: { paths: ['task', 'taskEncoded', 'taskToken'], remove: true },
  });
}

/** Adapts pino to Temporal's logger interface, for the SDK, workflows and activities. */
function temporalLogger(log: Pino): Logger {
  const write = (level: keyof typeof LEVELS, message: string, meta?: object) => log[LEVELS[level]](meta ?? {}, message);
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/**
 * Installs Temporal's runtime. Call it once per process, before any other use of the SDK. The caller handles signals:
 * the SDK's own handler would swallow a second one.
 * @param metrics address that serves Prometheus metrics, e.g. `127.0.0.1:9464`; absent: no metrics
 */
export function installRuntime(log: Pino, metrics?: string): void {
  Runtime.install({
    logger: temporalLogger(log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metrics !== undefined && { metrics: { prometheus: { bindAddress: metrics } } }),
    },
  });
}
