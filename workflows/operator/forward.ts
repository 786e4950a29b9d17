import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { OperatorContext } from './context.ts';
import { recordAccepted, recordRefused } from './state.ts';

/** Forwards a message to the child that waits for it: people need only the parent's id. Returns whether it did. */
export function forwardToChild(
  operator: OperatorContext,
  signal: { readonly name: string },
  key: string,
  message: { readonly by: string },
): boolean {
  const { state } = operator;
  if (state.waiting.has(key)) return false;
  const child = [...state.children].find(([, waiting]) => waiting.some((w) => w.key === key))?.[0];
  if (!child) return false;
  const { by } = message;
  recordAccepted(state, signal.name, by, `forwarded to ${child}`);
  getExternalWorkflowHandle(child)
    .signal(signal.name, message)
    .catch(() => recordRefused(state, signal.name, by, `${child} has ended`));
  return true;
}
