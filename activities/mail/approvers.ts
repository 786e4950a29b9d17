import { gateOf } from '../../domain/gates/index.ts';
import type { MailDependencies } from './notices.ts';
import { renderMail } from './render.ts';
import { sendLedgerMail } from './send.ts';
import type { MailActivities } from './contract.ts';

type ApproverActivities = Pick<MailActivities, 'notifyApprovers'>;

/** Mails to those who decide: a gate, a parked step, a reminder, a report, a message that did not count. */
export function createApproverActivities(
  deps: Pick<MailDependencies, 'site' | 'store' | 'transport'>,
): ApproverActivities {
  return {
    async notifyApprovers({ workflow, semester, key, kind, about, headline, lines, commands, ...asked }) {
      const site = await deps.site();
      const shared = {
        workflow,
        semester,
        about,
        headline: headline.replace(/\s+/g, ' '),
        lines: lines.flatMap((line) => line.split(/\r?\n/)),
        commands,
        changed: asked.changed ?? [],
        more: asked.more ?? 0,
        kept: asked.kept ?? [],
        rejected: asked.rejected ? { comment: '', ...asked.rejected } : null,
      };
      const mails = site.approvers.map(({ name, email, language }) => ({
        // Two workflows of one semester may ask under the same key; each has its own mail.
        key: { semester, kind: `approver:${workflow}:${key}`, edition: 0, person: name },
        to: { name, address: email },
        render: () =>
          renderMail(site.templates, kind, language, {
            ...shared,
            subject: gateOf(about)?.subject[language] ?? null,
            approver: { name },
          }),
      }));
      await sendLedgerMail(deps, { site, paced: false }, mails);
    },
  };
}
