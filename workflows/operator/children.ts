import { ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { OperatorContext } from './context.ts';

/**
 * Waits for a child and shows what the child waits for.
 * @throws ApplicationFailure `Cancelled` if only the child was cancelled in Temporal: that must not end the parent
 */
export async function awaitChild<T>(
  { state }: OperatorContext,
  name: string,
  child: { result(): Promise<T> },
): Promise<T> {
  if (!state.children.has(name)) state.children.set(name, []);
  try {
    return await child.result();
  } catch (error) {
    if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    throw ApplicationFailure.nonRetryable(`${name} was cancelled`, 'Cancelled');
  } finally {
    state.children.delete(name);
  }
}
