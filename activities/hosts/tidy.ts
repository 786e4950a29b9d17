import { refuse } from '../failures.ts';
import type { HostActivities } from '../types.ts';
import type { HostDeps } from './host-deps.ts';
import { jobsOf } from './jobs.ts';
import { closeWindow, espOf } from './root.ts';

/**
 * The path of abort. See `HostActivities.tidyHost`: stops the jobs whose record names the workflow, then closes a window that
 * nobody alive holds, and undoes a swap whose reboot has not come. The storage host's root has no windows.
 * @throws ApplicationFailure `VerificationFailed` when another job holds the window
 */
export function tidyHost({
  site,
  remote,
  clock,
}: Pick<HostDeps, 'site' | 'remote' | 'clock'>): HostActivities['tidyHost'] {
  return async ({ workflow, host }) => {
    const current = await site();
    const { storage, replica } = current;
    const args = [...jobsOf(current, host), workflow];
    const stopped = Number(await remote.run(host, { name: 'stop-jobs', args }, { deadlineMs: 110_000 }));
    const window = host === storage.name || host === replica?.name ? 'none' : await closeWindow(remote, host, 10);
    if (window === 'held') {
      throw refuse(
        'VerificationFailed',
        `${host}: another job holds / writable: systemctl list-units "semester-*", then retry`,
      );
    }
    const swap =
      window === 'none'
        ? ''
        : await remote.run(host, { name: 'undo-swap', args: [...jobsOf(current, host), espOf(current)] });
    return {
      what: 'tidied',
      at: clock().toISOString(),
      summary:
        `${host}: ${stopped} jobs stopped${window === 'none' ? '' : ', / is read-only'}` +
        (swap.trim() === 'undone' ? ', boots what runs' : ''),
      facts: { host, stopped, window },
      how: 'service',
    };
  };
}
