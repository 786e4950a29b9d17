import { createApproverActivities } from './approvers.ts';
import { ledgerPage } from './lines.ts';
import { createNoticeActivities, type MailDependencies } from './notices.ts';
import { createWordActivities } from './corrections.ts';
import type { MailActivities } from './contract.ts';

export type { MailDependencies } from './notices.ts';

/** R1's mails to users with their ledger, and all mails to approvers. */
export function createMailActivities(deps: MailDependencies): Omit<MailActivities, 'announceUpdate' | 'mailRestored'> {
  return {
    ...createNoticeActivities(deps),
    ...createApproverActivities(deps),
    ...createWordActivities(deps),
    listMails: (a) => ledgerPage(deps.store, a),
  };
}
