import { isCancellation } from '@temporalio/workflow';
import type { Phase } from '../../domain/names.ts';
import type { HandGate, ValueOf } from '../../domain/gates/index.ts';
import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from './context.ts';
import { quick } from '../policies.ts';
import { firstRun, myId, now, recordRefused } from './state.ts';
import { failureType, reasonOf } from './steps.ts';
import { askAndWait } from './wait.ts';

/**
 * Waits for work by hand that a person reports with `done`. `check` gets the reported value and verifies the work; its
 * proof closes the gate. If it fails, the gate stays open and shows the reason.
 */
export async function handGate<T extends Proof, G extends HandGate>(
  operator: OperatorContext,
  {
    name,
    phase,
    instructions,
    value,
  }: { readonly name: G; readonly phase: Phase; readonly instructions: string; readonly value: ValueOf<G> },
  check: (value: string | undefined) => Promise<T>,
): Promise<T> {
  const { state } = operator;
  for (let round = (state.gates.get(name)?.round ?? 0) + 1, problem: string | undefined; ;) {
    const me = { workflowId: myId(), run: firstRun(), signed: state.signed };
    const base = { gate: name, ...me, round, openedAt: now(), needed: 1, approvals: [], instructions };
    state.gates.set(name, { ...base, state: 'open' });
    state.orders.delete(name);
    await askAndWait(
      operator,
      {
        key: `gate:${name}`,
        kind: 'gate',
        about: name,
        round,
        sentence: problem ? `Gate ${name}: the check failed. ${problem}` : `Gate ${name} waits for work by hand.`,
        headline: problem ?? '',
        lines: instructions.split('\n'),
        commands: [
          `semester done ${state.name} ${name} --by YOU --reason WHAT${value === null ? '' : ` --value ${value}`}`,
        ],
      },
      () => state.orders.get(name)?.kind === 'done',
    );
    const { message } = state.orders.get(name)!;
    state.orders.delete(name);
    try {
      const { by, reason, value: reported = null, signature = null } = message;
      await quick.passHandGate({ gate: name, round, by, reason, value: reported, signature });
      const proof = await check(message.value);
      state.gates.set(name, {
        ...base,
        state: 'done',
        approvals: [{ by: message.by, at: now(), comment: message.reason }],
      });
      state.steps.set(name, {
        step: name,
        phase,
        state: 'by-hand',
        round,
        safety: true,
        by: message.by,
        proof,
      });
      operator.updateVisibility();
      return proof;
    } catch (error) {
      if (isCancellation(error)) throw error;
      problem = reasonOf(error);
      // A forged report must not void the signature that an approver is about to send.
      if (failureType(error) === 'NoGrant') recordRefused(state, 'done', message.by, problem);
      else round++;
    }
  }
}
