import type { Decision } from './messages.ts';

/**
 * What an approver puts their name to. Signed as the RFC 8785 JSON of exactly these keys, without a newline at the end; null
 * where the verdict says nothing. It binds the verdict to one round of one gate of one run.
 */
export interface Statement {
  /** Id of the workflow that asks. */
  readonly workflow: string;
  /** Run id of that workflow's first run, so that nothing carries over to a later semester of the same name. */
  readonly run: string;
  readonly gate: string;
  readonly round: number;
  /** The plan's whole digest, `sha256:` + 64 hex digits. */
  readonly digest: string;
  readonly verdict: Decision['verdict'];
  readonly by: string;
  readonly waive: readonly string[] | null;
  readonly comment: string | null;
}

/** With which key, and according to which list of keys, a verdict was signed. */
export interface SignedWith {
  /** Fingerprint of the approver's key: `SHA256:…`. */
  readonly key: string;
  /** Digest of the content that the allowed-signers file had then; the store holds it. */
  readonly allowedSigners: string;
}

/** Namespace of the signatures, `ssh-keygen -Y sign -n …`: one made for anything else is none. */
export const SIGNATURE_NAMESPACE = 'gpu-semester';

/** The statement of a verdict. `digest` of the decision must be the whole one; people may type a part of it. */
export function statementOf(decision: Decision, at: { readonly workflow: string; readonly run: string }): Statement {
  const { gate, round, digest, verdict, by, waive = null, comment = null } = decision;
  return { workflow: at.workflow, run: at.run, gate, round, digest, verdict, by, waive, comment };
}
