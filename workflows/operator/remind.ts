import { CancellationScope, condition } from '@temporalio/workflow';
import type { Reminded } from '../../domain/asked.ts';
import { polling } from '../policies.ts';
import { myId, type OperatorState } from './state.ts';
import { questionsOf, within } from './visibility.ts';

/**
 * Reminds the approvers, in one mail, of everything that waits for them here and in children. An activity repeats the mail at the
 * site's interval: months without an answer add no events. Runs beside the workflow until that ends.
 */
export function startReminding(state: OperatorState): void {
  void CancellationScope.nonCancellable(() => remind(state));
}

async function remind(state: OperatorState): Promise<never> {
  for (;;) {
    const due = firstReminder(state);
    if (due === null) await condition(() => firstReminder(state) !== null);
    else if (due > Date.now())
      await condition(() => firstReminder(state) !== due, due - Date.now(), { summary: 'remind the approvers' });
    else await remindAgain(state);
  }
}

/** When the first reminder is due, in milliseconds since 1970; null: nothing waits. */
function firstReminder(state: OperatorState): number | null {
  const times = questionsOf(state).map(({ since, remindFrom }) =>
    Math.max(Date.parse(since) + state.remindEveryMs, remindFrom ? Date.parse(remindFrom) : 0),
  );
  return times.length === 0 ? null : Math.min(...times);
}

/** Reminds now and at each interval, until nothing waits any more. A change of what waits sends no mail of its own. */
async function remindAgain(state: OperatorState): Promise<void> {
  const begun = Date.now();
  for (let due = begun; ;) {
    if (due > Date.now() && (await condition(() => firstReminder(state) === null, due - Date.now()))) return;
    const everyMs = state.remindEveryMs;
    const questions = shown(questionsOf(state));
    if (questions.length === 0) return;
    const asked = JSON.stringify(questions);
    const scope = new CancellationScope();
    const about = { workflow: myId(), semester: state.name, parent: state.parent };
    const sent = scope.run(() =>
      polling(everyMs).remindApprovers({ ...about, since: new Date(begun).toISOString(), everyMs, questions }),
    );
    const changed = condition(
      () => JSON.stringify(shown(questionsOf(state))) !== asked || state.remindEveryMs !== everyMs,
    );
    await Promise.race([sent.catch(() => undefined), changed]);
    scope.cancel();
    due = begun + Math.ceil((Date.now() - begun + 1) / everyMs) * everyMs;
  }
}

/** Entries and bytes of a mail at most: hundreds of hosts may wait. */
const SHOWN = 50;
const BYTES = 100_000;

const shown = (questions: readonly Reminded[]): readonly Reminded[] =>
  within(
    BYTES,
    questions.slice(0, SHOWN).map(({ key, since, commands, remindFrom }) => ({
      key,
      since,
      commands,
      ...(remindFrom !== undefined && { remindFrom }),
    })),
  );
