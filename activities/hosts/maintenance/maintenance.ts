import { whoCanSignIn } from '../../id-server/nested.ts';
import { Temporal } from 'temporal-polyfill';
import { formatInstant } from '../../../domain/calendar.ts';
import { many } from '../../../domain/many.ts';
import type { Site } from '../../../domain/site.ts';
import { windowAt, type OpenWindow } from '../../../domain/window.ts';
import { nothingNew } from '../../failures.ts';
import type { MaintenanceActivities } from './contract.ts';
import { gpuUsers } from '../gpu/gpus.ts';
import type { HostDependencies } from '../dependencies.ts';
import { readMessages, toTerminals } from '../../../texts/messages.ts';

/** The next time when hosts may reboot. See `MaintenanceActivities`. */
export function findWindow({ site }: HostDependencies): MaintenanceActivities['findWindow'] {
  return async ({ after, announced }) => firstWindow(await site(), after, announced);
}

/** For gate `rollout`: how many people the reboots disturb, and when. */
export function describeDisturbance({
  site,
  idServer,
}: HostDependencies): MaintenanceActivities['describeDisturbance'] {
  return async ({ hosts, after }) => {
    const [current, members] = await Promise.all([site(), whoCanSignIn(idServer)]);
    const { opens } = firstWindow(current, after, true);
    const { zone, language, update } = current;
    const { window } = update.between;
    const when = formatInstant(opens, zone, language);
    const hours = window ? `${window.from}–${window.until}` : null;
    const say = await readMessages(current, language);
    return [say('maintenance.disturbance', { members: members.length, hosts: hosts.length, when, hours })];
  };
}

/** Warns all terminals of a host. */
export function warnOfReboot({ site, remote }: HostDependencies): MaintenanceActivities['warnOfReboot'] {
  return async ({ host }) => {
    const text = await toTerminals(await site(), (say) => say('terminal.reboot', { host }));
    await remote.run(host, { name: 'tell-users', args: [text] });
  };
}

/** Waits until no process uses a GPU of a host. */
export function awaitIdleGpus({ remote, clock }: HostDependencies): MaintenanceActivities['awaitIdleGpus'] {
  const lookAtGpus = gpuUsers({ remote, clock });
  return async ({ host }) => {
    const uses = await lookAtGpus({ host });
    if (uses.length > 0) throw nothingNew(`${host}: ${many(uses.length, 'GPU process', 'GPU processes')}`);
    return {
      what: 'gpus-idle',
      at: clock().toISOString(),
      summary: `no process uses a GPU of ${host}`,
      facts: { host },
      how: 'found',
    };
  };
}

function firstWindow({ update, zone }: Site, after: string, announced: boolean): OpenWindow {
  const { announce, window } = update.between;
  const from = Temporal.Instant.from(after);
  const earliest = announced ? from.toZonedDateTimeISO(zone).add(Temporal.Duration.from(announce)).toInstant() : from;
  return windowAt(earliest.toString(), window, zone);
}
