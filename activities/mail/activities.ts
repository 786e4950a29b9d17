import { notifyApprovers } from './approvers.ts';
import type { MailActivities } from './contract.ts';
import { recordBounce, resendNotice } from './corrections.ts';
import type { MailDependencies } from './dependencies.ts';
import { ledgerPage } from './lines.ts';
import { planNotices, sendDeadlineMails, sendNotices } from './notices.ts';
import { previewMail } from './preview.ts';
import { mailRestored, mailRestoredDocker } from './restored.ts';
import { announceUpdate } from './update-mail.ts';

/** R1's mails to users with their ledger, and all mails to approvers. */
export function createMailActivities(dependencies: MailDependencies): MailActivities {
  return {
    planNotices: planNotices(dependencies),
    sendNotices: sendNotices(dependencies),
    sendDeadlineMails: sendDeadlineMails(dependencies),
    listMails: (a) => ledgerPage(dependencies.store, a),
    recordBounce: recordBounce(dependencies),
    resendNotice: resendNotice(dependencies),
    notifyApprovers: notifyApprovers(dependencies),
    mailRestored: mailRestored(dependencies),
    mailRestoredDocker: mailRestoredDocker(dependencies),
    announceUpdate: announceUpdate(dependencies),
    previewMail: previewMail(dependencies),
  };
}
