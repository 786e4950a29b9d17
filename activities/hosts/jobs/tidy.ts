import { refuse } from '../../failures.ts';
import type { HostDependencies } from '../dependencies.ts';
import { jobsOf } from './jobs.ts';
import { undoSwitch } from '../rollout/switch.ts';
import { closeWindow } from '../root/root.ts';
import type { JobActivities } from './contract.ts';

/**
 * Stops the remote jobs of a workflow on a host and verifies that they have ended; returns their number. `ID@` means
 * every run of the workflow ID.
 * @throws ApplicationFailure as `Remote.run`
 */
export async function stopJobs(
  { site, remote }: Pick<HostDependencies, 'site' | 'remote'>,
  host: string,
  workflow: string,
): Promise<number> {
  const args = [...jobsOf(await site(), host), workflow];
  return Number(await remote.run(host, { name: 'stop-jobs', args }, { deadlineMs: 110_000 }));
}

/**
 * On abort. See `HostActivities.tidyHost`. Stops the jobs whose record names the workflow, then closes a window that
 * no living process holds, and undoes a switch that no reboot has followed. The storage host's root has no windows.
 * @throws ApplicationFailure `VerificationFailed` when another job holds the window
 */
export function tidyHost({
  site,
  remote,
  clock,
}: Pick<HostDependencies, 'site' | 'remote' | 'clock'>): JobActivities['tidyHost'] {
  return async ({ workflow, host }) => {
    const current = await site();
    const { storage, replica } = current;
    const stopped = await stopJobs({ site, remote }, host, workflow);
    const window = host === storage.name || host === replica?.name ? 'none' : await closeWindow(remote, host, 10);
    if (window === 'held') {
      throw refuse(
        'VerificationFailed',
        `${host}: another job holds / writable: systemctl list-units "semester-*", then retry`,
      );
    }
    const undone = window !== 'none' && (await undoSwitch(remote, current, host));
    return {
      what: 'tidied',
      at: clock().toISOString(),
      summary:
        `${host}: ${stopped} jobs stopped${window === 'none' ? '' : ', / is read-only'}` +
        (undone ? ', boots its running root' : ''),
      facts: { host, stopped, window },
      how: 'service',
    };
  };
}
