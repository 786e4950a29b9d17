import { Temporal } from 'temporal-polyfill';
import { formatInstant } from '../../../domain/calendar.ts';
import { many } from '../../../domain/many.ts';
import type { Site } from '../../../domain/site.ts';
import { windowAt, type OpenWindow } from '../../../domain/window.ts';
import { nothingNew } from '../../failures.ts';
import type { MaintenanceActivities } from './contract.ts';
import { gpuUsers } from '../gpu/gpus.ts';
import type { HostDependencies } from '../dependencies.ts';

/** When hosts may reboot next. See `MaintenanceActivities`. */
export function findWindow({ site }: HostDependencies): MaintenanceActivities['findWindow'] {
  return async ({ after, announced }) => firstWindow(await site(), after, announced);
}

/** For gate `rollout`: whom the reboots disturb, and when. */
export function describeDisturbance({
  site,
  idServer,
}: HostDependencies): MaintenanceActivities['describeDisturbance'] {
  return async ({ hosts, after }) => {
    const [current, members] = await Promise.all([site(), idServer.members()]);
    const { opens } = firstWindow(current, after, true);
    const { zone, language, update } = current;
    const { window } = update.between;
    const when = formatInstant(opens, zone, language);
    const hours = window ? `${window.from}–${window.until}` : null;
    return language === 'ko'
      ? [
          `승인하면 회원 ${members.length}명에게 메일을 보내고, 지금 승인할 경우 ${when}부터 ${hosts.length}대를 차례로 재부팅합니다${hours ? ` (매일 ${hours})` : ''}`,
        ]
      : [
          `Once approved, ${many(members.length, 'member is', 'members are')} mailed; approved now, ` +
            `${many(hosts.length, 'host reboots', 'hosts reboot one after another')} from ${when} on${hours ? `, daily ${hours}` : ''}`,
        ];
  };
}

/** Warns on every terminal of a host. */
export function warnOfReboot({ remote }: HostDependencies): MaintenanceActivities['warnOfReboot'] {
  return async ({ host }) => {
    await remote.run(host, { name: 'tell-users', args: [rebootWarning(host)] });
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
      summary: `nobody uses a GPU of ${host}`,
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

/** Both languages at once: nobody knows who sits at a terminal. */
const rebootWarning = (host: string): string =>
  `[GPU 서버] 업데이트를 위해 ${host}을(를) 곧 재부팅합니다. 실행 중인 GPU 작업이 끝나면 모든 세션을 종료하니 새 작업을 시작하지 말고 저장해 주십시오.\n` +
  `[GPU servers] ${host} reboots soon for an update, once its GPU jobs have ended. All sessions end then: save your work and start no new jobs.`;
