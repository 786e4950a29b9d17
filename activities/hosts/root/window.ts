import { refuse, isFailure } from '../../failures.ts';
import type { JobResult, Remote, Script } from '../remote/remote.ts';
import { CLOSE_WINDOW, closeWindow } from './root.ts';
import type { StepRef } from '../../../domain/step.ts';

/**
 * A job that opens `/` (R7, R8). However it ends, systemd closes the window; where the job failed, that is looked at again, and
 * where it is not known, the failure says so.
 * @throws ApplicationFailure as `Remote.job`
 */
export async function jobInWindow(remote: Remote, host: string, ref: StepRef, script: Script): Promise<JobResult> {
  try {
    return await remote.job(host, ref, { ...script, stopPost: CLOSE_WINDOW });
  } catch (failure) {
    // Anything else, and the job goes on: whoever tries again finds it.
    if (!isFailure(failure, 'CommandFailed')) throw failure;
    const left = await closeWindow(remote, host, 10).catch((error: unknown) => String(error));
    if (left === 'closed') throw failure;
    const why = left === 'held' ? 'another job holds it open' : left;
    throw refuse('CommandFailed', `${failure.message}\n/ on ${host} may still be writable: ${why}`, failure);
  }
}
