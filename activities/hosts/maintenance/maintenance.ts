import { Temporal } from 'temporal-polyfill';
import { formatInstant } from '../../../domain/calendar.ts';
import { many } from '../../../domain/many.ts';
import type { Site } from '../../../domain/site.ts';
import { windowAt, type OpenWindow } from '../../../domain/window.ts';
import { nothingNew } from '../../failures.ts';
import type { IdServer } from '../../id-server/types.ts';
import type { MaintenanceActivities } from './contract.ts';
import { gpuUsers } from '../gpu/gpus.ts';
import type { HostDeps } from '../dependencies.ts';
import { readMessages, toTerminals } from '../../messages/messages.ts';

type Deps = Pick<HostDeps, 'site' | 'remote' | 'clock'> & { readonly idServer: Pick<IdServer, 'members'> };

/** R8 between semesters: when hosts may reboot, and whom it disturbs. */
export function createMaintenanceActivities(
  deps: Deps,
): Pick<MaintenanceActivities, 'findWindow' | 'describeDisturbance' | 'warnOfReboot' | 'awaitIdleGpus'> {
  const { site, remote, clock, idServer } = deps;
  const lookAtGpus = gpuUsers(deps);
  return {
    async findWindow({ after, announced }) {
      return firstWindow(await site(), after, announced);
    },

    async describeDisturbance({ hosts, after }) {
      const [current, members] = await Promise.all([site(), idServer.members()]);
      const { opens } = firstWindow(current, after, true);
      const { zone, language, update } = current;
      const { window } = update.between;
      const when = formatInstant(opens, zone, language);
      const hours = window ? `${window.from}–${window.until}` : null;
      const say = await readMessages(current, language);
      return [say('maintenance.disturbance', { members: members.length, hosts: hosts.length, when, hours })];
    },

    async warnOfReboot({ host }) {
      const text = await toTerminals(await site(), (say) => say('terminal.reboot', { host }));
      await remote.run(host, { name: 'tell-users', args: [text] });
    },

    async awaitIdleGpus({ host }) {
      const uses = await lookAtGpus({ host });
      if (uses.length > 0) throw nothingNew(`${host}: ${many(uses.length, 'GPU process', 'GPU processes')}`);
      return {
        what: 'gpus-idle',
        at: clock().toISOString(),
        summary: `nobody uses a GPU of ${host}`,
        facts: { host },
        how: 'found',
      };
    },
  };
}

function firstWindow({ update, zone }: Site, after: string, announced: boolean): OpenWindow {
  const { announce, window } = update.between;
  const from = Temporal.Instant.from(after);
  const earliest = announced ? from.toZonedDateTimeISO(zone).add(Temporal.Duration.from(announce)).toInstant() : from;
  return windowAt(earliest.toString(), window, zone);
}
