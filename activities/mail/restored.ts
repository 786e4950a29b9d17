import { restoreGate } from '../../domain/gates/restore.ts';
import { dayOf } from '../../domain/retention.ts';
import { isUser } from '../hosts/remote/quote.ts';
import type { MailActivities } from './contract.ts';
import type { MailDependencies } from './dependencies.ts';
import type { LedgerMail } from './ledger.ts';
import { renderMail } from './render.ts';
import { sendLedgerMail } from './send.ts';
import { proofOfMails, recordByHand } from './tally.ts';

/**
 * Mails each owner once where their data is: `templates/mail/LANGUAGE/restored.md`. See `MailActivities.mailRestored`.
 */
export function mailRestored(dependencies: Omit<MailDependencies, 'idServer'>): MailActivities['mailRestored'] {
  return async ({ ref, plan, name }) => {
    const site = await dependencies.site();
    const { binding } = await dependencies.store.getPlan(restoreGate, plan);
    const homes = binding.homes.filter(({ owner }) => isUser(owner) && !site.protected.includes(owner));
    const people = await dependencies.directory.lookup([...new Set(homes.map(({ owner }) => owner))]);
    const mails = homes.map(({ owner, to }): LedgerMail => {
      const person = people.get(owner);
      const email = person?.email ?? null;
      const data = {
        person: { name: person?.name ?? owner, user: owner },
        backup: { name: binding.backup, day: dayOf(binding.backup) ?? binding.backup },
        host: binding.storage,
        path: `${binding.folder}/${to}`,
        contact: site.contact,
      };
      return {
        key: { semester: `restore/${name}`, kind: 'restored', edition: 0, person: owner },
        to: email === null ? null : { name: person?.name ?? owner, address: email },
        render: () => renderMail(site.templates, 'restored', person?.language ?? site.language, data),
      };
    });
    const tally = ref.byHand
      ? await recordByHand(dependencies.store, site, mails)
      : await sendLedgerMail(dependencies, { site, againRefused: ref.round > 1 }, mails);
    return proofOfMails('restored-mails', tally, dependencies.clock(), ref.byHand);
  };
}
