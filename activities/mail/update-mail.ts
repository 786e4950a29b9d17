import { formatInstant } from '../../domain/calendar.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import type { MailActivities } from './contract.ts';
import type { Directory, IdServer } from '../id-server/types.ts';
import type { Store } from '../store/store.ts';
import { siteData } from './data.ts';
import type { LedgerMail } from './ledger.ts';
import { renderMail } from './render.ts';
import { sendLedgerMail } from './send.ts';
import { proofOfMails, recordByHand } from './tally.ts';
import type { MailTransport } from './transport.ts';

interface UpdateMailDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly transport: MailTransport;
  readonly idServer: Pick<IdServer, 'members'>;
  readonly directory: Directory;
  readonly clock: () => Date;
}

/** `update` of the template: from when hosts reboot, in which hours of the day, and which. */
export const updateData = ({ zone, update }: Site, language: Language, opens: string, hosts: readonly string[]) => ({
  from: formatInstant(opens, zone, language),
  window: update.between.window ?? null,
  hosts,
});

/** Tells every member, once an image, when hosts reboot: `templates/mail/LANGUAGE/update.md`. See `MailActivities`. */
export function createUpdateMail(deps: UpdateMailDependencies): Pick<MailActivities, 'announceUpdate'> {
  return {
    async announceUpdate({ ref, image, hosts, opens }) {
      const site = await deps.site();
      const users = (await deps.idServer.members()).flatMap(({ username }) => username ?? []).toSorted();
      const people = await deps.directory.lookup(users);
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
        ? await recordByHand(deps.store, site, mails)
        : await sendLedgerMail(deps, { site, againRefused: ref.round > 1 }, mails);
      return proofOfMails('update-mails', tally, deps.clock(), ref.byHand);
    },
  };
}
