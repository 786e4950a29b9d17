import { strangerRefusal } from '../../domain/verdict.ts';
import type { OperatorContext } from './context.ts';
import { recordRefused, type OperatorState } from './state.ts';

/** Orders that answer a parked step, or end the workflow because of it. */
const ANSWERS: readonly string[] = ['retry', 'done', 'skip', 'abort'];

/**
 * Passes a message of an approver to `use`, and refuses others.
 * Until the site is read, the approvers are unknown: the message waits, and is judged when they are known. If the site
 * cannot be read, anyone may answer the parked step. That changes nothing outside the service.
 */
export function fromApprover(
  operator: OperatorContext,
  name: string,
  { by }: { readonly by: string },
  use: () => void,
): void {
  const { state } = operator;
  const judge = () => {
    const why = state.approvers && strangerRefusal(by, state.approvers);
    if (why === null) return use();
    recordRefused(state, name, by, why);
    operator.updateVisibility();
  };
  const mayWait = state.approvers === null && !(ANSWERS.includes(name) && isParked(state));
  if (mayWait) state.early.push(judge);
  else judge();
}

const isParked = ({ steps }: OperatorState) => [...steps.values()].some((step) => step.state === 'attention');
