import type { WorkflowInterceptors } from '@temporalio/workflow';
import { Unreadable } from '../domain/unreadable.ts';
import { placeInterceptors } from './places.ts';

/**
 * The input of a workflow and the result of a child are no messages that can be refused: without them the workflow cannot go on.
 * The error fails the workflow task, which Temporal repeats until the worker can read them.
 */
export const interceptors = (): WorkflowInterceptors => {
  const places = placeInterceptors();
  return {
    inbound: [
      ...places.inbound,
      {
        execute(input, next) {
          input.args.forEach(demandReadable);
          return next(input);
        },
      },
    ],
    outbound: [
      ...places.outbound,
      {
        async startChildWorkflowExecution(input, next) {
          const [started, result] = await next(input);
          const readable = result.then((value) => (value instanceof Unreadable ? stopTask(value) : value));
          readable.catch(() => undefined);
          return [started, readable];
        },
      },
    ],
  };
};

/**
 * Fails the workflow task by a rejection that no code handles. A step would catch an error and park, and what it then did would not
 * replay on a worker that can read the value.
 */
function stopTask({ reason }: Unreadable): Promise<never> {
  void Promise.reject(new Error(reason));
  return new Promise(() => undefined);
}

function demandReadable<T>(value: T): T {
  if (value instanceof Unreadable) throw new Error(value.reason);
  return value;
}
