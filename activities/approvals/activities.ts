import type { ApprovalActivities } from './contract.ts';
import { exportHistory, type ExportDependencies } from './export.ts';
import { verifyApproval, type VerifyDependencies } from './verify.ts';
import { notifyWebhook } from './webhook.ts';

export interface ApprovalDependencies extends Omit<ExportDependencies, 'store'>, Omit<VerifyDependencies, 'store'> {
  readonly store: ExportDependencies['store'] & VerifyDependencies['store'];
  readonly webhookUrl?: string | undefined;
}

/** Verifies signatures of approvers, exports histories for the audit, and posts to the chat. */
export function createApprovalActivities(dependencies: ApprovalDependencies): ApprovalActivities {
  const { site, webhookUrl: url } = dependencies;
  return {
    verifyApproval: verifyApproval(dependencies),
    exportHistory: exportHistory(dependencies),
    notifyWebhook: notifyWebhook({ site, url }),
  };
}
