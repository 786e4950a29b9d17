import { nothingNew, refuse } from '../../activities/failures.ts';
import type { PlanRef } from '../../domain/plan.ts';
import { mailed, type Prove } from './prove.ts';
import type { Images } from './world-update.ts';
import { windowAt, type DailyWindow } from '../../domain/window.ts';
import type { MaintenanceActivities } from '../../activities/hosts/maintenance/contract.ts';
import type { GpuUse } from '../../activities/hosts/gpu/contract.ts';
import type { HostActivities } from '../../activities/hosts/contract.ts';
import type { MailActivities } from '../../activities/mail/contract.ts';

/** People at work on the hosts, between semesters. */
export interface People {
  /** Hosts with GPU jobs, and when the jobs end: instants in milliseconds. */
  readonly training: Map<string, number>;
  window: DailyWindow | undefined;
  waitForJobsMs: number;
}

export const newPeople = (): People => ({
  training: new Map(),
  window: { from: '02:00', until: '06:00' },
  waitForJobsMs: 12 * 36e5,
});

interface Tools {
  readonly at: () => Promise<string>;
  readonly note: (what: string) => Promise<unknown>;
  readonly mail: (kind: string, about: string) => Promise<void>;
  readonly plan: (gate: 'rollback', binding: object, rows: string[]) => PlanRef;
  readonly prove: Prove;
}

const DAY = 24 * 3600_000;

/** Three days of announcement, nights in Seoul, and GPU jobs that end by themselves. */
export function maintenanceIn(
  world: People & Pick<Images, 'running'>,
  { at, note, mail, plan, prove }: Tools,
): MaintenanceActivities &
  Pick<HostActivities, 'gpuUsers' | 'planRollBack' | 'hostsToRollBack'> &
  Pick<MailActivities, 'announceUpdate'> {
  const uses = async (host: string): Promise<GpuUse[]> => {
    const busy = Date.parse(await at()) < (world.training.get(host) ?? 0);
    return busy
      ? [
          {
            host,
            gpu: '0',
            pid: 7,
            user: 'erin',
            memoryMiB: 1,
            command: 'python',
            utilisation: null,
            since: await at(),
            screen: false,
          },
        ]
      : [];
  };
  let back: readonly string[] = [];
  return {
    findWindow: async ({ after, announced }) => {
      const from = new Date(Date.parse(after) + (announced ? 3 * DAY : 0)).toISOString();
      return windowAt(from, world.window, 'Asia/Seoul');
    },
    describeDisturbance: async ({ hosts }) => [`${hosts.length} hosts reboot`],
    announceUpdate: async ({ image, opens }) => {
      await mail('update', `${image} ${opens}`);
      return prove('update-mails', 'told', mailed(1));
    },
    warnOfReboot: async ({ host }) => {
      await note(`warn ${host}`);
    },
    awaitIdleGpus: async ({ host }) => {
      if ((await uses(host)).length > 0) throw nothingNew('somebody trains');
      return prove('gpus-idle', 'idle', { host });
    },
    planRollBack: async ({ hosts, named, reason }) => {
      back = hosts.filter((host) => world.running.has(host));
      if (named && back.length === 0) throw refuse('VerificationFailed', `${hosts.join(', ')}: no old-root`);
      return plan('rollback', { hosts: back, reason }, [...back]);
    },
    hostsToRollBack: async () => back,
    gpuUsers: ({ host }) => uses(host),
  };
}
