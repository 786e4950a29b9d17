import type { MailActivities } from '../types.ts';
import { createApproverActivities } from './approvers.ts';
import { createNoticeActivities, type MailDependencies } from './notices.ts';

export type { MailDependencies } from './notices.ts';

/** R1's mails to users, and all mails to approvers. */
export function createMailActivities(deps: MailDependencies): MailActivities {
  return { ...createNoticeActivities(deps), ...createApproverActivities(deps) };
}
