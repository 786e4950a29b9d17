import type { Logger } from '@temporalio/common';
import { isFailure } from '../activities/failures.ts';

/** The fields of a log line, besides its level, time and text. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Names by which the SDK (camel case) and Temporal's core (snake case) call a workflow and its run. */
const WORKFLOW = ['workflowId', 'workflow_id'];
const RUN = ['runId', 'workflowRunId', 'run_id'];
/** They repeat the configuration, or hold arguments. */
const DROPPED = new Set([...WORKFLOW, ...RUN, 'namespace', 'taskQueue', 'task', 'taskEncoded', 'taskToken']);

/** Brings the fields of a line into one form: `workflow`, `run` and `step` first, then the others. */
export function fieldsOf(meta: LogFields = {}): LogFields {
  const first = (names: readonly string[]) => names.map((name) => meta[name]).find((value) => value !== undefined);
  const workflow = meta['workflow'] ?? first(WORKFLOW);
  const run = meta['run'] ?? first(RUN);
  const others = Object.entries(meta).filter(([name]) => !DROPPED.has(name));
  return {
    ...(workflow !== undefined && { workflow }),
    ...(run !== undefined && { run }),
    ...(meta['step'] !== undefined && { step: meta['step'] }),
    ...Object.fromEntries(others),
  };
}

/**
 * The fields without what may name people: of an error of an activity or a workflow only its type and the places in the code.
 * Its text is for the level debug, and `semester status` shows it to approvers.
 */
export function withoutNames(fields: LogFields): LogFields {
  const { error, sdkComponent } = fields;
  if (!(error instanceof Error) || (sdkComponent !== 'activity' && sdkComponent !== 'workflow')) return fields;
  const type = isFailure(error) ? (error.type ?? error.name) : error.name;
  const places = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return { ...fields, error: { type, at: places.slice(0, 5).map((line) => line.trim().slice('at '.length)) } };
}

/** The step for which an activity runs, from its first argument. */
export function stepOf(argument: unknown): string | undefined {
  const { ref } = (argument ?? {}) as { ref?: { step?: unknown } };
  return typeof ref?.step === 'string' ? ref.step : undefined;
}

/** Logs what went wrong in the background: its type as a warning, its text, which may name people, at debug. */
export function logProblem(logger: Pick<Logger, 'warn' | 'debug'>, message: string, problem: unknown): void {
  const type = isFailure(problem) ? problem.type : problem instanceof Error ? problem.name : undefined;
  logger.warn(message, { ...(type !== undefined && { type }), see: 'semester doctor' });
  logger.debug(message, { reason: String(problem) });
}
