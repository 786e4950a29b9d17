import { condition, setHandler } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { Decision, DecisionResult, Verdict } from '../../domain/messages.ts';
import { knownFields } from '../../domain/message-shapes.ts';
import { verdictRefusal } from '../../domain/verdict.ts';
import * as m from '../messages.ts';
import type { ChildWaits } from '../messages.ts';
import type { OperatorContext } from './context.ts';
import { forwardToChild } from './forward.ts';
import { onSignal, receiptRefusal } from './receive.ts';
import { installOrderHandlers } from './orders.ts';
import { statusOf } from './visibility.ts';
import { abortRefusal, recordRefused, type OperatorState, type Pending } from './state.ts';

/** Installs all handlers. A refused message changes nothing and appears in `status`. */
export function installHandlers(operator: OperatorContext, abort: (by: string, reason: string) => void): void {
  const { state } = operator;
  const gates = () => [...state.gates.values()];

  setHandler(m.status, () => statusOf(state), { description: 'Phase, steps, gates, proofs, and the commands to type' });

  for (const verdict of ['approve', 'reject'] as const) {
    const take = (message: Verdict) => {
      if (forwardToChild(operator, m[verdict], `gate:${message.gate}`, message)) return;
      const why = abortRefusal(state) ?? verdictRefusal(message, gates());
      if (why === null) state.verdicts.push({ decision: { ...message, verdict } });
      else recordRefused(state, verdict, message.by, why);
      operator.updateVisibility();
    };
    const what = `${verdict} a gate: {gate, round, digest, by, waive?, comment?}`;
    onSignal<Verdict>(operator, m[verdict], take, what);
  }

  setHandler(m.decide, (decision) => awaitDecision(state, knownFields('decide', decision)), {
    description: 'approve or reject with an answer: {verdict, gate, round, digest, by, waive?, comment?}',
    validator: (decision) => {
      const why = receiptRefusal('decide', decision) ?? abortRefusal(state) ?? verdictRefusal(decision, gates());
      if (why !== null) throw ApplicationFailure.nonRetryable(why, 'Refused');
    },
  });

  installOrderHandlers(operator, abort);

  const childWaits = ({ workflow, waiting }: ChildWaits) => {
    if (state.children.has(workflow)) state.children.set(workflow, waiting);
    operator.updateVisibility();
  };
  const granted = (grant: m.Granted) => {
    state.granted.set(`${grant.lock}:${grant.purpose}`, grant);
  };
  onSignal(operator, m.childWaits, childWaits, 'between workflows: what a child waits for');
  onSignal(operator, m.granted, granted, 'between workflows: a lock is granted');
}

async function awaitDecision(state: OperatorState, decision: Decision): Promise<DecisionResult> {
  const pending: Pending = { decision };
  state.verdicts.push(pending);
  await condition(() => pending.outcome !== undefined);
  const outcome = pending.outcome!;
  if ('refused' in outcome) throw ApplicationFailure.nonRetryable(outcome.refused, 'Refused');
  return outcome;
}
