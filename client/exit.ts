import type { WorkflowNotFoundError } from '@temporalio/client';

/** Exit codes of `semester`. */
export const EXIT = {
  ok: 0,
  /** The command ran and failed. */
  failed: 1,
  /** Wrong usage or configuration; the command did nothing. */
  usage: 2,
  /** The workflow rejected the message. */
  refused: 3,
  /** The workflow does not exist, or Temporal or the worker does not answer. */
  notFound: 4,
  /** `status`: the workflow waits for people. */
  waits: 5,
  /** The workflow makes no progress: its workflow task fails. With `status` also that of a child. */
  stuck: 6,
  /** `status`: no worker runs. */
  noWorker: 7,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error with a message for people and an exit code for programs. An empty message prints nothing. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: ExitCode;
  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}

const CODE_OF: Readonly<Record<string, ExitCode>> = {
  ConfigInvalid: EXIT.usage,
  CommanderError: EXIT.usage,
  PayloadKeyMissing: EXIT.usage,
  PayloadDamaged: EXIT.failed,
  WorkflowUpdateFailedError: EXIT.refused,
  ExitPromptError: EXIT.failed,
};

/** By name: a command that needs no Temporal need not load its client, which takes a third of a second. */
const isWorkflowNotFound = (error: Error): error is WorkflowNotFoundError => error.name === 'WorkflowNotFoundError';

/** What to do about a workflow that is not there. Temporal reports one that has ended with the same error. */
function notFoundSentence({ message, workflowId }: WorkflowNotFoundError): string {
  if (/already completed/.test(message)) return `${workflowId} has ended, and takes no messages.`;
  return `There is no workflow ${workflowId} in this namespace of Temporal. Check the name; "semester status" shows what runs.`;
}

/** The exit code and the message for anything that was thrown. */
export function describeError(error: unknown): { code: ExitCode; message: string } {
  if (error instanceof CliError) return { code: error.code, message: error.message };
  if (!(error instanceof Error)) return { code: EXIT.failed, message: String(error) };
  if (isWorkflowNotFound(error)) return { code: EXIT.notFound, message: notFoundSentence(error) };
  const cause = error.cause instanceof Error ? error.cause.message : null;
  if (error.name === 'WorkflowUpdateFailedError') {
    return { code: EXIT.refused, message: `Not accepted: ${cause ?? error.message}` };
  }
  const message = cause === null || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
  return { code: CODE_OF[error.name] ?? EXIT.failed, message };
}
