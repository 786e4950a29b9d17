import { missingTextRefusal, strangerRefusal } from '../../domain/verdict.ts';
import type { OperatorContext } from './context.ts';
import { asObject } from './forward.ts';
import { recordRefused, type OperatorState } from './state.ts';

/** Orders that answer a parked step, or end the workflow because of it. */
const ANSWERS: readonly string[] = ['retry', 'done', 'skip', 'abort'];

/**
 * Passes a complete message of an approver to `use`, and refuses others.
 * Until the site is read, the approvers are unknown: the message waits, and is judged when they are known. If the site
 * cannot be read, anyone may answer the parked step. That changes nothing outside the service.
 */
export function fromApprover(
  operator: OperatorContext,
  name: string,
  keys: readonly string[],
  raw: unknown,
  use: () => void,
): void {
  const { state } = operator;
  const message = asObject(raw);
  const refuse = (why: string) => {
    recordRefused(state, name, message['by'], why);
    operator.updateVisibility();
  };
  const judge = () => {
    const why = state.approvers && strangerRefusal(String(message['by']), state.approvers);
    if (why === null) use();
    else refuse(why);
  };
  const incomplete = missingTextRefusal(message, keys);
  if (incomplete !== null) return refuse(incomplete);
  const mayWait = state.approvers === null && !(ANSWERS.includes(name) && isParked(state));
  if (mayWait) state.early.push(judge);
  else judge();
}

const isParked = ({ steps }: OperatorState) => [...steps.values()].some((step) => step.state === 'attention');
