import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, isCancellation } from '@temporalio/workflow';
import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from './context.ts';
import { myRun, phaseOf } from './state.ts';
import { askUntil } from './wait.ts';
import type { StepRef } from '../../domain/step.ts';

/** A step that later steps rest on: it cannot be skipped. */
export function step<T extends Proof>(
  operator: OperatorContext,
  name: string,
  act: (ref: StepRef) => Promise<T>,
): Promise<T> {
  return attempt(operator, name, { safety: true }, act) as Promise<T>;
}

/** A step that approvers may skip, with a reason; undefined when they did. */
export function skippable<T extends Proof>(operator: OperatorContext, name: string, act: (ref: StepRef) => Promise<T>) {
  return attempt(operator, name, { safety: false }, act) as Promise<T | undefined>;
}

/**
 * A step that carries out an approved plan. Where that plan does not hold any more (`PlanVoid`), `retry` returns `void`:
 * trying the same plan again would never help, so the gate has to ask again.
 */
export function approvedStep<T extends Proof>(
  operator: OperatorContext,
  name: string,
  act: (ref: StepRef) => Promise<T>,
) {
  return attempt(operator, name, { safety: true, approved: true }, act) as Promise<T | 'void'>;
}

/** As `approvedStep`, but approvers may skip it; undefined when they did. */
export function skippableApprovedStep<T extends Proof>(
  operator: OperatorContext,
  name: string,
  act: (ref: StepRef) => Promise<T>,
) {
  return attempt(operator, name, { safety: false, approved: true }, act);
}

/**
 * A skippable step of which failures of these types are an answer, not a question: it ends as failed, and throws them to
 * whoever decides about more than this step.
 */
export function decidedStep<T extends Proof>(
  operator: OperatorContext,
  name: string,
  answers: readonly string[],
  act: (ref: StepRef) => Promise<T>,
) {
  return attempt(operator, name, { safety: false, answers }, act) as Promise<T | undefined>;
}

/** Making a plan: changes nothing, but can fail like any step. */
export function planning<T>(operator: OperatorContext, name: string, act: (ref: StepRef) => Promise<T>): Promise<T> {
  return attempt(operator, name, { safety: true }, act) as Promise<T>;
}

/**
 * Runs a step until it has its proof. A step that gives up never fails the semester: it parks, says why, and goes on
 * after `retry`, `done` (it then only looks and verifies) or `skip`.
 */
async function attempt<T>(
  operator: OperatorContext,
  name: string,
  { safety, approved = false, answers = [] }: { safety: boolean; approved?: boolean; answers?: readonly string[] },
  act: (ref: StepRef) => Promise<T>,
): Promise<T | 'void' | undefined> {
  const { steps } = operator.state;
  const phase = phaseOf(operator.state);
  let byHand = false;
  for (let round = (steps.get(name)?.round ?? 0) + 1; ; round++) {
    await operator.untilResumed();
    steps.set(name, { step: name, phase, state: 'running', round, safety });
    operator.updateVisibility();
    try {
      const result = await act({ workflow: myRun(), step: name, round, byHand });
      const proof = isProof(result) ? { proof: result } : {};
      steps.set(name, { step: name, phase, state: byHand ? 'by-hand' : 'done', round, safety, ...proof });
      operator.updateVisibility();
      return result;
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (answers.includes(failureType(error) ?? '')) {
        steps.set(name, { step: name, phase, state: 'failed', round, safety, reason: reasonOf(error) });
        operator.updateVisibility();
        throw error;
      }
      const order = await parked(operator, name, round, reasonOf(error));
      byHand = order.kind === 'done';
      if (approved && order.kind === 'retry' && failureType(error) === 'PlanVoid') return 'void';
      if (order.kind === 'skip') {
        const { by, reason } = order.message;
        steps.set(name, { step: name, phase, state: 'skipped', round, safety, by, reason });
        operator.updateVisibility();
        return undefined;
      }
    }
  }
}

async function parked(operator: OperatorContext, name: string, round: number, reason: string) {
  const { steps, orders } = operator.state;
  const step = steps.get(name)!;
  steps.set(name, { ...step, state: 'attention', reason });
  orders.delete(name);
  const verbs = step.safety ? ['retry', 'done'] : ['retry', 'done', 'skip'];
  await askUntil(
    operator,
    {
      key: `attention:${name}`,
      kind: 'attention',
      about: name,
      round,
      sentence: `Step ${name} cannot go on by itself.`,
      headline: '',
      lines: [reason],
      commands: [
        ...verbs.map((v) => `semester ${v} ${operator.state.name} ${name} --by YOU --reason WHY`),
        abortCommand(operator),
      ],
    },
    () => orders.has(name),
  );
  const order = orders.get(name)!;
  orders.delete(name);
  return order;
}

export const abortCommand = (operator: OperatorContext) =>
  `semester abort ${operator.state.name} --by YOU --reason WHY`;

function innermost(error: unknown): unknown {
  let inner = error;
  while ((inner instanceof ActivityFailure || inner instanceof ChildWorkflowFailure) && inner.cause)
    inner = inner.cause;
  return inner;
}

/** The type of the activity's own failure. */
export function failureType(error: unknown): string | undefined | null {
  const inner = innermost(error);
  return inner instanceof ApplicationFailure ? inner.type : undefined;
}

/** What a person can use of a failure: the activity's own sentence. */
export function reasonOf(error: unknown): string {
  const inner = innermost(error);
  if (inner instanceof ApplicationFailure && inner.type) return `${inner.type}: ${inner.message}`.slice(0, 2000);
  return inner instanceof Error ? `${inner.name}: ${inner.message}`.slice(0, 2000) : String(inner).slice(0, 2000);
}

function isProof(x: unknown): x is Proof {
  return typeof x === 'object' && x !== null && 'what' in x && 'summary' in x;
}
