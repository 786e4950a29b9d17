import type { Handlers } from '../../domain/handlers.ts';
import type { Reminded } from '../../domain/asked.ts';
import { needsNone, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { HandGate, PlanGate } from '../../domain/gates/index.ts';
import type { Claim } from '../../domain/grant.ts';
import type { Phase } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { SignedStart } from '../../domain/semester.ts';
import type { Signable, SignedWith } from '../../domain/statement.ts';

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
  verifyApproval(a: { statement: Signable; signature: string }): Promise<SignatureCheck>;
  /** Why a key, named by its fingerprint, does not count as that of a person; null if it counts. Fails with `ConfigInvalid`. */
  checkSigner(a: { by: string; key: string }): Promise<{ refused: string | null }>;
  /**
   * Verifies the approvals of a gate, and writes the grant that every acting activity looks up. `startedBy` is a claim,
   * which a recorded start replaces. Fails with `NoGrant` and why the approvals do not suffice, or with `PlanVoid`.
   */
  passGate(a: {
    gate: PlanGate;
    round: number;
    digest: string;
    startedBy: string;
    approvals: readonly Claim[];
  }): Promise<Proof<'grant'>>;
  /**
   * Verifies who reported work by hand at a hand gate, and records it for the activities that follow. Fails with `NoGrant` and why
   * the report does not count.
   */
  passHandGate(a: {
    gate: HandGate;
    round: number;
    by: string;
    reason: string;
    value: string | null;
    signature: string | null;
  }): Promise<Proof<'grant'>>;
  /**
   * Records who started this semester, from which phase, and whether a signature proves it. `signed` is null if the start
   * is not signed.
   */
  passStart(a: { startedBy: string; from: Phase | null; signed: SignedStart | null }): Promise<Proof<'started'>>;
  /**
   * Posts counts and commands, but no names, to the chat if the site has one. Fails with `Unreachable`,
   * `CommandFailed`.
   */
  notifyWebhook(a: WebhookMessage): Promise<void>;
  /**
   * Mails the approvers every `everyMs` from `since` on about everything that waits, and posts it to the chat. Polled: after each reminder
   * it fails with `NothingNew`. While the workflow's `parent` is open, that reminds of it, too, and this one is silent.
   */
  remindApprovers(a: {
    workflow: string;
    semester: string;
    parent: string | null;
    since: string;
    everyMs: number;
    questions: readonly Reminded[];
  }): Promise<void>;
  /**
   * Writes the histories of a workflow and all its children, with plans' digests and allowed-signers contents, to
   * `stateDir/exports/SEMESTER/RUN.json`, for `semester audit`. `digest` covers the whole file. `left` is for the closing report:
   * data that the service cannot delete.
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
  /** Data that the service cannot delete, such as the trash of a host that left site.yaml. */
  readonly left: readonly string[];
  readonly file: string;
  readonly digest: string;
  readonly executions: number;
  readonly events: number;
}

/** The authority of each activity. */
export const approvalAuthority = {
  verifyApproval: reads,
  checkSigner: reads,
  passGate: reads,
  passHandGate: reads,
  passStart: reads,
  notifyWebhook: needsNone('notifies the approvers; names no account'),
  remindApprovers: needsNone('mails approvers only'),
  exportHistory: reads,
} as const satisfies AuthorityOf<ApprovalActivities>;
