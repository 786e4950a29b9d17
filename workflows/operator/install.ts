import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Status } from '../../domain/status.ts';
import type { Exemption } from '../../domain/site.ts';
import { restoreCarried, type Carried } from './carry.ts';
import { countVerdicts } from './verdicts.ts';
import { startReminding } from './remind.ts';
import { installHandlers } from './handlers.ts';
import { visibilityOf } from './visibility.ts';
import { closeGates, newOperatorState, recordAccepted } from './state.ts';
import type { OperatorContext } from './context.ts';

/** Creates the operator context of a workflow and installs its handlers. Call it before the first await. */
export function installOperatorContext(a: {
  kind: Status['kind'];
  /** What people type after `semester approve`. */
  name: string;
  startedBy: string;
  phase: Status['phase'];
  keep?: readonly Exemption[];
  parent?: string | undefined;
  /** Those who may send messages, if they are known before the site is read. */
  approvers?: readonly string[];
  /** State of the previous run, if this run continues it. */
  carried?: Carried | undefined;
}): OperatorContext {
  const state = newOperatorState({ ...a, parent: a.parent ?? null, approvers: a.approvers ?? null });
  state.exempt.push(...(a.keep ?? []));
  if (a.carried) restoreCarried(state, a.carried);
  const scope = new CancellationScope();
  const updateVisibility = visibilityOf(state);
  /** Waits until the parent has the last change: changes are published together in the next turn. */
  const parentNotified = async () => {
    await Promise.resolve();
    await condition(() => !state.notifyingParent);
  };
  const operator: OperatorContext = {
    state,
    updateVisibility,
    untilResumed: () => (state.paused ? condition(() => state.paused === null) : Promise.resolve()),
    enter(phase) {
      state.phase = phase;
      updateVisibility();
    },
    applySitePolicy(site) {
      state.approvers = site.approvers;
      for (const take of state.early.splice(0)) take();
      state.remindEveryMs = site.remindEveryMs;
      state.signed = site.signed;
      state.zone = site.zone;
      state.language = site.language;
      state.webhook = site.webhook;
      state.excluded = site.excluded;
    },
    async run(work, tidy) {
      try {
        const result = await scope.run(work);
        await parentNotified();
        return result;
      } catch (error) {
        if (!isCancellation(error)) throw error;
        const why = state.aborted ? `${state.aborted.by}: ${state.aborted.reason}` : 'cancelled in Temporal';
        closeGates(state);
        state.next = null;
        state.waiting.clear();
        const result = await CancellationScope.nonCancellable(() => tidy(why));
        operator.enter('aborted');
        await CancellationScope.nonCancellable(parentNotified);
        if (!state.aborted) throw error;
        return result;
      }
    },
  };
  installHandlers(operator, (by, reason) => {
    state.aborted = { by, reason };
    closeGates(state);
    recordAccepted(state, 'abort', by, reason);
    scope.cancel();
  });
  countVerdicts(operator);
  startReminding(state);
  return operator;
}
