import { refuse, isFailure } from '../../failures.ts';
import type { JobResult, Remote, Script } from '../remote/remote.ts';
import { CLOSE_WINDOW, closeWindow } from './root.ts';
import type { StepRef } from '../../../domain/step.ts';

/**
 * Runs a job that opens `/` (R7, R8). systemd closes the window however the job ends. After a failed job, this function
 * checks the window again; if it may still be open, the failure reports that.
 * @throws ApplicationFailure as `Remote.job`
 */
export async function jobInWindow(remote: Remote, host: string, ref: StepRef, script: Script): Promise<JobResult> {
  try {
    return await remote.job(host, ref, { ...script, stopPost: CLOSE_WINDOW });
  } catch (failure) {
    // After any other failure, the job continues, and a retry attaches to it.
    if (!isFailure(failure, 'CommandFailed')) throw failure;
    const left = await closeWindow(remote, host, 10).catch((error: unknown) => String(error));
    if (left === 'closed') throw failure;
    const why = left === 'held' ? 'another job holds it open' : left;
    throw refuse('CommandFailed', `${failure.message}\n/ on ${host} may still be writable: ${why}`, failure);
  }
}
