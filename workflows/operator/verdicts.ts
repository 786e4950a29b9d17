import { CancellationScope, condition } from '@temporalio/workflow';
import type { Decision, DecisionResult } from '../../domain/messages.ts';
import { statementOf, type SignedWith } from '../../domain/statement.ts';
import type { GateStatus } from '../../domain/status.ts';
import { verdictRefusal, approverRefusal } from '../../domain/verdict.ts';
import { interactive } from '../policies.ts';
import type { OperatorContext } from './context.ts';
import {
  abortRefusal,
  firstRun,
  myId,
  now,
  recordAccepted,
  recordRefused,
  signatureKey,
  type OperatorState,
  type Pending,
} from './state.ts';
import { reasonOf } from './steps.ts';

/** Starts the loop that verifies, records and counts verdicts in the order of their arrival. */
export function countVerdicts(operator: OperatorContext): void {
  const { verdicts } = operator.state;
  const loop = async () => {
    for (;;) {
      await condition(() => verdicts.length > 0);
      const pending = verdicts[0]!;
      pending.outcome = await count(operator.state, pending);
      verdicts.shift();
      operator.updateVisibility();
    }
  };
  void CancellationScope.nonCancellable(loop);
}

async function count(state: OperatorState, { decision }: Pending): Promise<DecisionResult | { refused: string }> {
  const refused = (why: string) => {
    recordRefused(state, decision.verdict, decision.by, why);
    return { refused: why };
  };
  const before = refusalOf(state, decision);
  if (before !== null) return refused(before);
  const signed = await signatureOf(state, decision);
  if (signed !== null && 'refused' in signed) return refused(signed.refused);
  // The gate may have started a new round, or closed, while the signature was verified.
  const gate = state.gates.get(decision.gate)!;
  const after = refusalOf(state, decision) ?? (signed && reusedKeyRefusal(decision, gate, signed));
  if (after !== null) return refused(after);

  const { by, comment, waive, verdict } = decision;
  const how = signed === null ? 'not signed' : `signed with ${signed.key}`;
  recordAccepted(state, verdict, by, `${gate.gate} round ${gate.round}, ${how}`);
  if (verdict === 'reject') {
    gate.state = 'rejected';
    gate.rejectedBy = { by, ...(comment && { comment }), ...(signed && { signed }) };
  } else {
    const details = { ...(comment && { comment }), ...(waive && { waive }), ...(signed && { signed }) };
    if (decision.signature) state.signatures.set(signatureKey(gate.gate, gate.round, by), decision.signature);
    gate.approvals = [...gate.approvals, { by, at: now(), ...details }];
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

function refusalOf(state: OperatorState, decision: Decision): string | null {
  const { approvers, startedBy, gates } = state;
  return (
    abortRefusal(state) ??
    verdictRefusal({ ...decision }, [...gates.values()]) ??
    approverRefusal({ ...decision, gate: gates.get(decision.gate)!, approvers: approvers ?? [], startedBy })
  );
}

/** One key counts as one person: the same key under two names does not count twice. */
function reusedKeyRefusal(
  { verdict }: Decision,
  { approvals, needed }: GateStatus,
  { key }: SignedWith,
): string | null {
  const other = verdict === 'approve' && approvals.find(({ signed }) => signed?.key === key);
  return other
    ? `${other.by} already approved this round with the same key, ${key}; the gate needs ${needed} different people`
    : null;
}

/** The key of the signature; null if the verdict is unsigned and may be. A wrong signature is refused in any case. */
async function signatureOf(state: OperatorState, decision: Decision): Promise<SignedWith | { refused: string } | null> {
  const gate: GateStatus = state.gates.get(decision.gate)!;
  const { signature } = decision;
  if (signature === undefined) {
    if (!gate.signed) return null;
    const waive = decision.waive?.length ? ` --waive ${decision.waive.join(',')}` : '';
    const how = `semester ${decision.verdict} ${state.name} ${gate.gate} --by ${decision.by}${waive}`;
    return { refused: `the verdict is not signed; the CLI signs it: ${how}` };
  }
  // The statement comes from the gate, not from the message: a signature on any other statement fails.
  const exact = { ...decision, gate: gate.gate, round: gate.round, digest: gate.plan!.digest };
  const statement = statementOf(exact, { workflow: myId(), run: firstRun() });
  try {
    const checked = await interactive.verifyApproval({ statement, signature });
    return 'refused' in checked ? checked : checked.signed;
  } catch (error) {
    return { refused: `the signature could not be checked (${reasonOf(error)}): fix that, then send it again` };
  }
}
