import { CancellationScope, condition } from '@temporalio/workflow';
import type { DecisionResult } from '../../domain/messages.ts';
import { whyNotThisGate, whyNotThisPerson } from '../../domain/verdict.ts';
import type { Desk } from './desk.ts';
import { now, recordAccepted, recordRefused, type Pending } from './state.ts';

/** The one loop that verifies, records and counts verdicts, in the order in which they came. */
export function countVerdicts(desk: Desk): void {
  const { verdicts } = desk.state;
  const loop = async () => {
    for (;;) {
      await condition(() => verdicts.length > 0);
      const pending = verdicts[0]!;
      pending.outcome = count(desk, pending);
      verdicts.shift();
      desk.publish();
    }
  };
  void CancellationScope.nonCancellable(loop);
}

function count(desk: Desk, { decision }: Pending): DecisionResult | { refused: string } {
  const { state } = desk;
  const gate = state.gates.get(decision.gate);
  // The gate may have asked again, or closed, while the verdict waited its turn.
  const why =
    whyNotThisGate({ ...decision }, [...state.gates.values()]) ??
    whyNotThisPerson({ ...decision, gate: gate!, approvers: state.approvers, startedBy: state.startedBy });
  if (why !== null || !gate) {
    recordRefused(state, decision.verdict, decision.by, why ?? 'no such gate');
    return { refused: why ?? 'no such gate' };
  }
  recordAccepted(state, decision.verdict, decision.by, `${gate.gate} round ${gate.round}`);
  if (decision.verdict === 'reject') {
    gate.state = 'rejected';
    gate.rejectedBy = { by: decision.by, ...(decision.comment && { comment: decision.comment }) };
  } else {
    const { by, comment, waive } = decision;
    gate.approvals = [...gate.approvals, { by, at: now(), ...(comment && { comment }), ...(waive && { waive }) }];
    if (gate.approvals.length >= gate.needed) gate.state = 'approved';
  }
  return {
    gate: gate.gate,
    round: gate.round,
    approvals: gate.approvals.map((a) => a.by),
    needed: gate.needed,
    state: gate.state === 'open' ? 'waiting' : (gate.state as 'approved' | 'rejected'),
  };
}
