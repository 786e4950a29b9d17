import { condition, setHandler } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { Decision, DecisionResult, Verdict } from '../../domain/messages.ts';
import { verdictRefusal } from '../../domain/verdict.ts';
import * as m from '../messages.ts';
import type { OperatorContext } from './context.ts';
import { asObject, forwardToChild } from './forward.ts';
import { installOrderHandlers } from './orders.ts';
import { statusOf } from './visibility.ts';
import { recordRefused, type OperatorState, type Pending } from './state.ts';

/** Installs all handlers. A refused message changes nothing and appears in `status`. */
export function installHandlers(operator: OperatorContext, abort: (by: string, reason: string) => void): void {
  const { state } = operator;
  const gates = () => [...state.gates.values()];

  setHandler(m.status, () => statusOf(state), { description: 'Phase, steps, gates, proofs, and the commands to type' });

  for (const verdict of ['approve', 'reject'] as const) {
    const take = (raw: Verdict) => {
      const message = asObject(raw);
      if (forwardToChild(operator, m[verdict], `gate:${String(message['gate'])}`, raw)) return;
      const why = verdictRefusal(message, gates());
      if (why === null) state.verdicts.push({ decision: { ...raw, verdict } });
      else recordRefused(state, verdict, message['by'], why);
      operator.updateVisibility();
    };
    setHandler(m[verdict], take, { description: `${verdict} a gate: {gate, round, digest, by, waive?, comment?}` });
  }

  setHandler(m.decide, (decision) => awaitDecision(state, decision), {
    description: 'approve or reject with an answer: {verdict, gate, round, digest, by, waive?, comment?}',
    validator: (decision) => {
      const message = asObject(decision);
      const known = message['verdict'] === 'approve' || message['verdict'] === 'reject';
      const why = known ? verdictRefusal(message, gates()) : '"verdict" must be approve or reject';
      if (why !== null) throw ApplicationFailure.nonRetryable(why, 'Refused');
    },
  });

  installOrderHandlers(operator, abort);

  setHandler(m.childWaits, ({ workflow, waiting }) => {
    if (state.children.has(workflow)) state.children.set(workflow, waiting);
    operator.updateVisibility();
  });
  setHandler(m.granted, (g) => {
    state.granted.set(`${g.lock}:${g.purpose}`, g);
  });
}

async function awaitDecision(state: OperatorState, decision: Decision): Promise<DecisionResult> {
  const pending: Pending = { decision };
  state.verdicts.push(pending);
  await condition(() => pending.outcome !== undefined);
  const outcome = pending.outcome!;
  if ('refused' in outcome) throw ApplicationFailure.nonRetryable(outcome.refused, 'Refused');
  return outcome;
}
