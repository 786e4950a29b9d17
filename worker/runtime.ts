import { makeTelemetryFilterString, Runtime, type Logger } from '@temporalio/worker';
import { pino, type Logger as Pino } from 'pino';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Structured lines on standard output, one JSON object each; `SEMESTER_LOG_LEVEL` is info by default. */
export function createLog(level = process.env['SEMESTER_LOG_LEVEL'] ?? 'info'): Pino {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
    // The SDK logs whole tasks with their arguments when one goes wrong: names and addresses are not for logs.
    redact: { paths: ['task', 'taskEncoded', 'taskToken'], remove: true },
  });
}

/** Temporal's logger interface on top of pino: the SDK, workflows and activities write through it. */
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
 * Sets Temporal's runtime up; once in a process, before anything else of it. Signals are the caller's: the SDK's own
 * handler would not let a second one through.
 * @param metrics address on which Prometheus finds metrics, `127.0.0.1:9464`; none when not given
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
