import { createExportActivities, type ExportDependencies } from './export.ts';
import type { ApprovalActivities } from './contract.ts';
import { createVerifyActivities, type VerifyDependencies } from './verify.ts';
import { createWebhookActivities } from './webhook.ts';

export interface ApprovalDependencies extends Omit<ExportDependencies, 'store'>, Omit<VerifyDependencies, 'store'> {
  readonly store: ExportDependencies['store'] & VerifyDependencies['store'];
  readonly webhookUrl?: string | undefined;
}

/** Signatures of approvers, what an audit needs of them later, and the chat that is told who is asked. */
export function createApprovalActivities(deps: ApprovalDependencies): ApprovalActivities {
  return {
    ...createVerifyActivities(deps),
    ...createExportActivities(deps),
    ...createWebhookActivities({ site: deps.site, url: deps.webhookUrl }),
  };
}
