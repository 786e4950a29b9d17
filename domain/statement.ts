import type { Decision, StepMessage } from './messages.ts';
import type { Phase } from './names.ts';

/**
 * The statement that an approver signs: the RFC 8785 JSON of exactly these keys, without a final newline. A key that
 * the verdict lacks is null. It binds the verdict to one round of one gate of one run.
 */
export interface Statement {
  /** Id of the workflow that asks. */
  readonly workflow: string;
  /** Run id of that workflow's first run: a signature is not valid for a later semester of the same name. */
  readonly run: string;
  readonly gate: string;
  readonly round: number;
  /** The plan's complete digest, `sha256:` + 64 hex digits. */
  readonly digest: string;
  readonly verdict: Decision['verdict'];
  readonly by: string;
  readonly waive: readonly string[] | null;
  readonly comment: string | null;
}

/** What the person signs who starts a semester. `start` keeps it apart from a verdict. */
export interface StartStatement {
  readonly start: string;
  readonly by: string;
  readonly from: Phase | null;
  /** When it was signed, UTC. */
  readonly at: string;
}

/** What the person signs who reports work by hand. `done` keeps it apart from a verdict. */
export interface DoneStatement {
  /** The hand gate. */
  readonly done: string;
  readonly workflow: string;
  readonly run: string;
  readonly round: number;
  readonly by: string;
  readonly reason: string;
  readonly value: string | null;
}

/** Everything that a person of the site can sign. */
export type Signable = Statement | StartStatement | DoneStatement;

/** The statement of a `done` at a hand gate. */
export const doneStatement = (
  { step, by, reason, value = null }: Omit<StepMessage, 'value'> & { readonly value?: string | null | undefined },
  { workflow, run, round }: { readonly workflow: string; readonly run: string; readonly round: number },
): DoneStatement => ({ done: step, workflow, run, round, by, reason, value });

export const startStatement = ({
  workflow,
  ...rest
}: Omit<StartStatement, 'start'> & { workflow: string }): StartStatement => ({
  start: workflow,
  by: rest.by,
  from: rest.from,
  at: rest.at,
});

/** The key of a verdict's signature, and the allowed-signers file that it was checked against. */
export interface SignedWith {
  /** Fingerprint of the approver's key: `SHA256:…`. */
  readonly key: string;
  /** Digest of the content of the allowed-signers file at that time; the store holds the content. */
  readonly allowedSigners: string;
}

/** Namespace of the signatures (`ssh-keygen -Y sign -n …`); signatures for other namespaces are invalid. */
export const SIGNATURE_NAMESPACE = 'gpu-semester';

/** The statement of a verdict. `decision.digest` must be the complete digest, not the prefix that people may type. */
export function statementOf(decision: Decision, at: { readonly workflow: string; readonly run: string }): Statement {
  const { gate, round, digest, verdict, by, waive = null, comment = null } = decision;
  return { workflow: at.workflow, run: at.run, gate, round, digest, verdict, by, waive, comment };
}
