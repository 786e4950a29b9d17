import type { Exemption } from '../../domain/site.ts';
import type { AcceptedMessage, GateStatus, RefusedMessage, StepStatus, Waiting } from '../../domain/status.ts';
import type { OperatorState } from './state.ts';

/** The operator state that a workflow passes to its next run (continue-as-new). Plain JSON. */
export interface Carried {
  readonly steps: readonly StepStatus[];
  readonly gates: readonly GateStatus[];
  readonly accepted: readonly AcceptedMessage[];
  readonly refused: readonly RefusedMessage[];
  readonly kept: readonly Exemption[];
  readonly approvers?: OperatorState['approvers'];
  readonly paused: OperatorState['paused'];
  /** The status entry of the pause. */
  readonly pauseShown: Waiting | null;
}

export function carriedOf(state: OperatorState): Carried {
  return {
    steps: [...state.steps.values()],
    gates: [...state.gates.values()],
    accepted: state.accepted,
    refused: state.refused,
    kept: state.exempt,
    approvers: state.approvers,
    paused: state.paused,
    pauseShown: state.waiting.get('paused') ?? null,
  };
}

/**
 * Restores the state of the previous run. Rounds continue, because old rounds name ended remote jobs and sent mails.
 */
export function restoreCarried(state: OperatorState, carried: Carried): void {
  for (const step of carried.steps) state.steps.set(step.step, { ...step });
  for (const gate of carried.gates) state.gates.set(gate.gate, { ...gate });
  state.accepted.push(...carried.accepted);
  state.refused.push(...carried.refused);
  state.exempt = [...carried.kept];
  state.approvers = carried.approvers ?? null;
  state.paused = carried.paused;
  if (carried.pauseShown) state.waiting.set('paused', carried.pauseShown);
}
