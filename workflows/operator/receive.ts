import { isCancellation, setHandler, type SignalDefinition } from '@temporalio/workflow';
import { knownFields, shapeRefusal, type MessageName } from '../../domain/message-shapes.ts';
import { asObject } from '../../domain/verdict.ts';
import { Unreadable } from '../../domain/unreadable.ts';
import type { OperatorContext } from './context.ts';
import { recordRefused } from './state.ts';
import { reasonOf } from './steps.ts';

/** Why a message is refused before its handler sees it: it cannot be read, or has another shape. null: not refused. */
export const receiptRefusal = (name: MessageName, raw: unknown): string | null =>
  raw instanceof Unreadable ? raw.reason : shapeRefusal(name, raw);

/**
 * Installs the handler of a signal. No message can wedge the workflow: one that cannot be read, that has another shape, or on which the
 * handler fails is refused, and `status` shows the reason.
 */
export function onSignal<T>(
  operator: OperatorContext,
  signal: SignalDefinition<[T], MessageName>,
  handle: (message: T) => void | Promise<void>,
  description: string,
): void {
  const { name } = signal;
  const receive = async (raw: T) => {
    const refuse = (why: string) => {
      recordRefused(operator.state, name, asObject(raw)['by'], why);
      operator.updateVisibility();
    };
    const why = receiptRefusal(name, raw);
    if (why !== null) return refuse(why);
    try {
      await handle(knownFields(name, asObject(raw)) as T);
    } catch (error) {
      if (isCancellation(error)) throw error;
      refuse(`it could not be handled: ${reasonOf(error)}`);
    }
  };
  setHandler(signal, receive, { description });
}
