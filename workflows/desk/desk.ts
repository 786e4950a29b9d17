import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Status } from '../../domain/status.ts';
import type { Kept, SiteView } from '../../domain/site.ts';
import { takeUp, type Carried } from './carry.ts';
import { countVerdicts } from './verdicts.ts';
import { listen } from './listen.ts';
import { publisher } from './show.ts';
import { newDeskState, recordAccepted, type DeskState } from './state.ts';

/**
 * Where a workflow meets people: gates, parked steps, every signal, `decide` and `status`. Each workflow installs one,
 * before its first await, so that no message is lost.
 */
export interface Desk {
  readonly state: DeskState;
  /** Writes what changed to the UI, the memo and the parent. */
  publish(): void;
  /** No new step starts while the semester is paused. */
  ready(): Promise<void>;
  enter(phase: Status['phase']): void;
  /** From now on this site's approvers, their need to sign, and its interval of reminders count. */
  meet(site: SiteView): void;
  /** Runs the work; `abort` and Temporal's Cancel both end in `tidy`, which nothing cancels. */
  run<T>(work: () => Promise<T>, tidy: (why: string) => Promise<T>): Promise<T>;
}

export function installDesk(a: {
  kind: Status['kind'];
  /** What people type after `semester approve`. */
  name: string;
  startedBy: string;
  phase: Status['phase'];
  keep?: readonly Kept[];
  parent?: string | undefined;
  /** From the run before, where this one continues it. */
  carried?: Carried | undefined;
}): Desk {
  const state = newDeskState({ ...a, parent: a.parent ?? null });
  state.kept.push(...(a.keep ?? []));
  if (a.carried) takeUp(state, a.carried);
  const scope = new CancellationScope();
  const publish = publisher(state);
  /** The parent hears the last word before the end: what is written together goes out in the next turn. */
  const lastWord = async () => {
    await Promise.resolve();
    await condition(() => !state.telling);
  };
  const desk: Desk = {
    state,
    publish,
    ready: () => (state.paused ? condition(() => state.paused === null) : Promise.resolve()),
    enter(phase) {
      state.phase = phase;
      publish();
    },
    meet(site) {
      state.approvers = site.approvers;
      state.remindEveryMs = site.remindEveryMs;
      state.signed = site.signed;
      state.webhook = site.webhook;
      state.excluded = site.excluded;
    },
    async run(work, tidy) {
      try {
        const result = await scope.run(work);
        await lastWord();
        return result;
      } catch (error) {
        if (!isCancellation(error)) throw error;
        const why = state.aborted ? `${state.aborted.by}: ${state.aborted.reason}` : 'cancelled in Temporal';
        state.next = null;
        state.waiting.clear();
        const result = await CancellationScope.nonCancellable(() => tidy(why));
        desk.enter('aborted');
        await CancellationScope.nonCancellable(lastWord);
        if (!state.aborted) throw error;
        return result;
      }
    },
  };
  listen(desk, (by, reason) => {
    state.aborted = { by, reason };
    recordAccepted(state, 'abort', by, reason);
    scope.cancel();
  });
  countVerdicts(desk);
  return desk;
}
