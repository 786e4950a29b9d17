import { condition, isCancellation } from '@temporalio/workflow';
import { myId } from '../desk/state.ts';
import { patient } from '../policies.ts';
import { beside, type Serving } from './serving.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;

/** In the last weeks of the period, mails the approvers each week what the next semester could be, until it is started. */
export async function proposing(serving: Serving): Promise<void> {
  const { semester } = serving;
  for (;;) {
    const from = () => Date.parse(serving.calendar.nextSemesterFrom);
    const week = Math.max(0, Math.floor((Date.now() - from()) / WEEK));
    await until(() => from() + week * WEEK);
    const work = () => patient.proposeNextSemester({ semester, workflow: myId(), week: week + 1 });
    try {
      if ((await beside(serving, work)).started !== null) return;
    } catch (error) {
      // Nothing rests on it: the next week's mail may get through.
      if (isCancellation(error)) throw error;
    }
    await until(() => from() + (week + 1) * WEEK);
  }
}

/** Waits for an instant that may move. */
async function until(instant: () => number): Promise<void> {
  while (instant() > Date.now()) {
    const seen = instant();
    await condition(() => instant() !== seen, seen - Date.now(), { summary: 'remind of the next semester' });
  }
}
