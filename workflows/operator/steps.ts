import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, isCancellation } from '@temporalio/workflow';
import type { Phase } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import type { StepRef } from '../../domain/step.ts';
import type { OperatorContext } from './context.ts';
import { myRun } from './state.ts';
import { askAndWait } from './wait.ts';

export interface StepOptions {
  readonly name: string;
  /** The phase of the step's work; may differ from the workflow's current phase. */
  readonly phase: Phase;
  /** No later step depends on it for safety, so approvers may skip it. */
  readonly skippable?: true;
  /**
   * The step executes an approved plan. After a failure `PlanVoid` or `NoGrant`, `retry` ends the step as void: the same
   * plan would fail again, so the gate must make a new one.
   */
  readonly approved?: true;
  /** Approvers may skip the step while no grant permits it: nobody can give that grant any more. */
  readonly refusable?: true;
  /** Types of failures that the caller handles: they end the step and do not park it. */
  readonly answers?: readonly string[];
}

export interface Done<T> {
  readonly status: 'done';
  /** The result of `act`; the query `status` shows it if it is a proof. */
  readonly result: T;
}

export interface Skipped {
  readonly status: 'skipped';
  readonly by: string;
  readonly reason: string;
}

export interface Void {
  readonly status: 'void';
}

export interface Failed<A extends string> {
  readonly status: 'failed';
  readonly type: A;
  readonly reason: string;
}

/** Options without the option `K`. */
type Without<K extends keyof StepOptions> = Omit<StepOptions, K> & { readonly [P in K]?: undefined };

/** The results that the step's options allow. */
export type StepResult<T, O extends StepOptions> =
  | Done<T>
  | (O extends Without<'skippable'> & Without<'refusable'> ? never : Skipped)
  | (O extends Without<'approved'> ? never : Void)
  | (O extends { readonly answers: readonly (infer A extends string)[] } ? Failed<A> : never);

type Act<T> = (ref: StepRef) => Promise<T>;

/**
 * Runs a step until it ends. A failed step never fails the workflow: it parks with the reason and continues after
 * `retry`, `done` (it then only verifies) or, if its options allow it, `skip`.
 */
export function runStep<T, const O extends StepOptions>(
  operator: OperatorContext,
  options: O,
  act: Act<T>,
): Promise<StepResult<T, O>>;
export async function runStep<T>(
  operator: OperatorContext,
  { name, phase, skippable, approved, refusable, answers }: StepOptions,
  act: Act<T>,
): Promise<Done<T> | Skipped | Void | Failed<string>> {
  const { steps } = operator.state;
  const safety = !skippable;
  let byHand = false;
  const before = steps.get(name);
  // A step that was cut off while it ran goes on with its round, and attaches to the job that it began.
  const first = before?.state === 'running' ? before.round : (before?.round ?? 0) + 1;
  for (let round = first; ; round++) {
    await operator.untilResumed();
    const base = { step: name, phase, round, safety };
    steps.set(name, { ...base, state: 'running' });
    operator.updateVisibility();
    try {
      const result = await act({ workflow: myRun(), step: name, round, byHand });
      steps.set(name, { ...base, state: byHand ? 'by-hand' : 'done', ...(isProof(result) && { proof: result }) });
      operator.updateVisibility();
      return { status: 'done', result };
    } catch (error) {
      if (isCancellation(error)) throw error;
      const type = failureType(error);
      const reason = reasonOf(error);
      if (type && answers?.includes(type)) {
        steps.set(name, { ...base, state: 'failed', reason });
        operator.updateVisibility();
        return { status: 'failed', type, reason };
      }
      if (refusable) steps.set(name, { ...base, state: 'running', safety: safety && type !== 'NoGrant' });
      const order = await awaitOrder(operator, name, round, reason);
      byHand = order.kind === 'done';
      const isVoid = order.kind === 'retry' && (type === 'PlanVoid' || type === 'NoGrant');
      if (isVoid && approved) return { status: 'void' };
      if (order.kind === 'skip') {
        const { by, reason: why } = order.message;
        steps.set(name, { ...base, state: 'skipped', by, reason: why });
        operator.updateVisibility();
        return { status: 'skipped', by, reason: why };
      }
    }
  }
}

async function awaitOrder(operator: OperatorContext, name: string, round: number, reason: string) {
  const { steps, orders } = operator.state;
  const step = steps.get(name)!;
  steps.set(name, { ...step, state: 'attention', reason });
  orders.delete(name);
  const verbs = step.safety ? ['retry', 'done'] : ['retry', 'done', 'skip'];
  await askAndWait(
    operator,
    {
      key: `attention:${name}`,
      kind: 'attention',
      about: name,
      round,
      sentence: `Step ${name} failed and waits for a person.`,
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

/** The message of the activity's own failure, with its type; at most 2000 characters. */
export function reasonOf(error: unknown): string {
  const inner = innermost(error);
  if (inner instanceof ApplicationFailure && inner.type) return `${inner.type}: ${inner.message}`.slice(0, 2000);
  return inner instanceof Error ? `${inner.name}: ${inner.message}`.slice(0, 2000) : String(inner).slice(0, 2000);
}

function isProof(x: unknown): x is Proof {
  return typeof x === 'object' && x !== null && 'what' in x && 'summary' in x;
}
