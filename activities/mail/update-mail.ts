import { whoCanSignIn } from '../id-server/nested.ts';
import { formatInstant } from '../../domain/calendar.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import type { MailActivities } from './contract.ts';
import type { MailDependencies } from './dependencies.ts';
import { siteData } from './data.ts';
import type { LedgerMail } from './ledger.ts';
import { renderMail } from './render.ts';
import { sendLedgerMail } from './send.ts';
import { proofOfMails, recordByHand } from './tally.ts';

/** `update` of the template: from when hosts reboot, in which hours of the day, and which. */
export const updateData = ({ zone, update }: Site, language: Language, opens: string, hosts: readonly string[]) => ({
  from: formatInstant(opens, zone, language),
  window: update.between.window ?? null,
  hosts,
});

/** Mails every member once per image when hosts reboot: `templates/mail/LANGUAGE/update.md`. See `MailActivities`. */
export function announceUpdate(dependencies: MailDependencies): MailActivities['announceUpdate'] {
  return async ({ ref, image, hosts, opens }) => {
    const site = await dependencies.site();
    const users = (await whoCanSignIn(dependencies.idServer)).flatMap(({ username }) => username ?? []).toSorted();
    const people = await dependencies.directory.lookup(users);
    const mails = users.map((user): LedgerMail => {
      const person = people.get(user);
      const email = person?.email ?? null;
      const language = person?.language ?? site.language;
      const name = person?.name ?? user;
      const data = {
        ...siteData(site),
        person: { name, user },
        update: updateData(site, language, opens, hosts),
      };
      return {
        key: { semester: image, kind: 'update', edition: 0, person: user },
        to: email === null ? null : { name, address: email },
        render: () => renderMail(site.templates, 'update', language, data),
      };
    });
    const tally = ref.byHand
      ? await recordByHand(dependencies.store, site, mails)
      : await sendLedgerMail(dependencies, { site, againRefused: ref.round > 1 }, mails);
    return proofOfMails('update-mails', tally, dependencies.clock(), ref.byHand);
  };
}
