/** Exit codes of `semester`. */
export const EXIT = {
  ok: 0,
  /** It was tried and did not work. */
  failed: 1,
  /** Wrong usage or configuration; nothing was tried. */
  usage: 2,
  /** The workflow did not accept the message. */
  refused: 3,
  /** No such workflow, or Temporal or its worker does not answer. */
  notFound: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end with a sentence for people and a code for programs. */
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
  WorkflowNotFoundError: EXIT.notFound,
  WorkflowUpdateFailedError: EXIT.refused,
  ExitPromptError: EXIT.failed,
};

/** The code and the sentence for anything that was thrown. */
export function endingOf(error: unknown): { code: ExitCode; message: string } {
  if (error instanceof CliError) return { code: error.code, message: error.message };
  if (!(error instanceof Error)) return { code: EXIT.failed, message: String(error) };
  const cause = error.cause instanceof Error ? error.cause.message : null;
  if (error.name === 'WorkflowUpdateFailedError') {
    return { code: EXIT.refused, message: `Not accepted: ${cause ?? error.message}` };
  }
  const message = cause === null || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
  return { code: CODE_OF[error.name] ?? EXIT.failed, message };
}
