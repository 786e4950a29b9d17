import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { myId } from '../operator/state.ts';
import { polling } from '../policies.ts';
import type { ApplicationsState } from './state.ts';

const DAY = 24 * 60 * 60 * 1000;

/**
 * In the last weeks of the period, mails the approvers a proposal for the next semester each week until it is started.
 * One polling activity covers all months, so waiting adds no history events.
 */
export async function proposeNextSemester(state: ApplicationsState): Promise<void> {
  const { semester } = state;
  for (let started = false; !started;) {
    const { calendar } = state;
    const scope = new CancellationScope();
    const proposed = scope.run(() => polling(DAY).proposeNextSemester({ semester, calendar, workflow: myId() }));
    const moved = scope.run(() => condition(() => state.calendar !== calendar));
    try {
      started = await Promise.race([proposed.then(() => true), moved.then(() => false)]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // The proposal failed (for example a broken template), and nothing depends on it.
      return;
    } finally {
      scope.cancel();
      await Promise.allSettled([proposed, moved]);
    }
  }
}
