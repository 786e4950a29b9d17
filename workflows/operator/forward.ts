import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { Unchecked } from '../../domain/verdict.ts';
import type { OperatorContext } from './context.ts';
import { recordAccepted, recordRefused } from './state.ts';

/** Passes on what a child waits for, so that people need to know one workflow only. */
export function forwardToChild(
  operator: OperatorContext,
  signal: { readonly name: string },
  key: string,
  raw: unknown,
): boolean {
  const { state } = operator;
  if (state.waiting.has(key)) return false;
  const child = [...state.children].find(([, waiting]) => waiting.some((w) => w.key === key))?.[0];
  if (!child) return false;
  const { by } = asObject(raw);
  recordAccepted(state, signal.name, String(by), `forwarded to ${child}`);
  getExternalWorkflowHandle(child)
    .signal(signal.name, raw)
    .catch(() => recordRefused(state, signal.name, by, `${child} has ended`));
  return true;
}

/** What came may be anything. */
export function asObject(raw: unknown): Unchecked {
  return typeof raw === 'object' && raw !== null ? (raw as Unchecked) : {};
}
