import type { ApprovalActivities } from './contract.ts';
import { exportHistory, type ExportDependencies } from './export.ts';
import { passGate, type PassDependencies } from './pass-gate.ts';
import { passHandGate } from './pass-hand-gate.ts';
import { passStart } from './pass-start.ts';
import { checkSigner } from './signers.ts';
import { remindApprovers, type RemindDependencies } from './remind.ts';
import { verifyApproval } from './verify.ts';
import { notifyWebhook } from './webhook.ts';

export interface ApprovalDependencies
  extends Omit<ExportDependencies, 'store'>, Omit<PassDependencies, 'store'>, Omit<RemindDependencies, 'store'> {
  readonly store: ExportDependencies['store'] & PassDependencies['store'] & RemindDependencies['store'];
}

/** Verifies signatures of approvers, exports histories for the audit, reminds the approvers, and posts to the chat. */
export function createApprovalActivities(dependencies: ApprovalDependencies): ApprovalActivities {
  const { site, webhookUrl: url } = dependencies;
  return {
    verifyApproval: verifyApproval(dependencies),
    checkSigner: checkSigner(dependencies),
    passGate: passGate(dependencies),
    passHandGate: passHandGate(dependencies),
    passStart: passStart(dependencies),
    exportHistory: exportHistory(dependencies),
    notifyWebhook: notifyWebhook({ site, url }),
    remindApprovers: remindApprovers(dependencies),
  };
}
