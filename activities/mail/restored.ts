import { restoreDockerGate } from '../../domain/gates/restore-docker.ts';
import { restoreGate } from '../../domain/gates/restore.ts';
import { dayOf } from '../../domain/retention.ts';
import type { Site } from '../../domain/site.ts';
import type { StepRef } from '../../domain/step.ts';
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
    return await send(dependencies, site, ref, mails);
  };
}

/**
 * Mails the user once where their Docker data is again: `templates/mail/LANGUAGE/restored-docker.md`. See
 * `MailActivities.mailRestoredDocker`.
 */
export function mailRestoredDocker(
  dependencies: Omit<MailDependencies, 'idServer'>,
): MailActivities['mailRestoredDocker'] {
  return async ({ ref, plan, name }) => {
    const site = await dependencies.site();
    const { user, entries } = (await dependencies.store.getPlan(restoreDockerGate, plan)).binding;
    if (!isUser(user) || site.protected.includes(user)) return await send(dependencies, site, ref, []);
    const person = (await dependencies.directory.lookup([user])).get(user);
    const email = person?.email ?? null;
    const data = {
      person: { name: person?.name ?? user, user },
      places: entries.map((entry) => `${entry.host}:${entry.directory}/${entry.name}`),
      contact: site.contact,
    };
    const mail: LedgerMail = {
      key: { semester: `restore/${name}`, kind: 'restored-docker', edition: 0, person: user },
      to: email === null ? null : { name: person?.name ?? user, address: email },
      render: () => renderMail(site.templates, 'restored-docker', person?.language ?? site.language, data),
    };
    return await send(dependencies, site, ref, [mail]);
  };
}

async function send(
  dependencies: Omit<MailDependencies, 'idServer'>,
  site: Site,
  ref: StepRef,
  mails: readonly LedgerMail[],
) {
  const tally = ref.byHand
    ? await recordByHand(dependencies.store, site, mails)
    : await sendLedgerMail(dependencies, { site, againRefused: ref.round > 1 }, mails);
  return proofOfMails('restored-mails', tally, dependencies.clock(), ref.byHand);
}
