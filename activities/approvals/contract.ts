import type { Handlers } from '../../domain/handlers.ts';
import { needsNone, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { SignedWith, Statement } from '../../domain/statement.ts';

/**
 * The result of a signature check. `refused` holds the reason. It is a result and no failure, because a retry cannot
 * change it.
 */
type SignatureCheck = { readonly signed: SignedWith } | { readonly refused: string };

/** Signatures of approvers, the webhook, and the export for the audit. */
export type ApprovalActivities = Handlers<{
  /**
   * Verifies the signature of the named approver against the site's current allowed-signers file, and stores the
   * content of the file by digest. Fails with `ConfigInvalid` if the file cannot be read.
   */
  verifyApproval(a: { statement: Statement; signature: string }): Promise<SignatureCheck>;
  /**
   * Posts counts and commands, but no names, to the chat if the site has one. Fails with `Unreachable`,
   * `CommandFailed`.
   */
  notifyWebhook(a: WebhookMessage): Promise<void>;
  /**
   * Writes the histories of a workflow and all its children, with plans' digests and allowed-signers contents, to
   * `stateDir/exports/SEMESTER/RUN.json`, for `semester audit`. `digest` covers the whole file.
   */
  exportHistory(a: { semester: string; workflow: string; run: string }): Promise<HistoryExport>;
}>;

export interface WebhookMessage {
  readonly workflow: string;
  readonly semester: string;
  readonly kind: 'gate' | 'attention' | 'reminder' | 'report';
  /** Gate or step. */
  readonly about: string;
  readonly round: number;
  /** Named numbers of the plan: `{homes: 36}`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly commands: readonly string[];
}

interface HistoryExport {
  readonly file: string;
  readonly digest: string;
  readonly executions: number;
  readonly events: number;
}

/** The authority of each activity. */
export const approvalAuthority = {
  verifyApproval: reads,
  notifyWebhook: needsNone('notifies the approvers; names no account'),
  exportHistory: reads,
} as const satisfies AuthorityOf<ApprovalActivities>;
