import type { Handlers } from '../../domain/handlers.ts';
import { needsNone, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { SignedWith, Statement } from '../../domain/statement.ts';

/** What became of a signature. `refused` says why in a sentence; it is an answer, not a failure: trying again changes nothing. */
type SignatureCheck = { readonly signed: SignedWith } | { readonly refused: string };

/** `activities/approvals/`: who says so, and how people learn that they are asked. */
export type ApprovalActivities = Handlers<{
  /**
   * Whether the signature is that of the named approver, by the site's allowed-signers file as it is now; its content is kept
   * in the store by digest. Fails `ConfigInvalid` where the file cannot be read.
   */
  verifyApproval(a: { statement: Statement; signature: string }): Promise<SignatureCheck>;
  /** Posts to the chat, where the site has one. Counts and commands, no names. Fails `Unreachable`, `CommandFailed`. */
  notifyWebhook(a: WebhookMessage): Promise<void>;
  /**
   * Writes the histories of a workflow and all its children, with plans' digests and allowed-signers contents, to
   * `stateDir/exports/SEMESTER/RUN.json`, for `semester audit`. `digest` stands for all of it.
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

/** By what right each of them acts. */
export const approvalAuthority = {
  verifyApproval: reads,
  notifyWebhook: needsNone('tells the approvers; names no account'),
  exportHistory: reads,
} as const satisfies AuthorityOf<ApprovalActivities>;
