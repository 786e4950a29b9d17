import type { MailDependencies } from './dependencies.ts';
import { gateOf } from '../../domain/gates/index.ts';
import { renderMail } from './render.ts';
import { sendLedgerMail } from './send.ts';
import type { MailActivities } from './contract.ts';

/** Mails to those who decide: a gate, a parked step, a reminder, a report, a message that did not count. */
export function notifyApprovers(
  dependencies: Pick<MailDependencies, 'site' | 'store' | 'transport'>,
): MailActivities['notifyApprovers'] {
  return async ({ workflow, semester, key, kind, about, headline, lines, commands, ...asked }) => {
    const site = await dependencies.site();
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
      ended: asked.ended ?? null,
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
    await sendLedgerMail(dependencies, { site, paced: false }, mails);
  };
}
