import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';

function current(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}

/**
 * The activity's cancellation, or undefined outside of an activity (tests, the CLI's tools). Any number of commands may listen to
 * it: each one stops when it ends.
 */
export function cancellation(): AbortSignal | undefined {
  const signal = current()?.cancellationSignal;
  if (signal) setMaxListeners(0, signal);
  return signal;
}

/** Heartbeats the activity's progress; does nothing outside of an activity. */
export function beat(details: unknown): void {
  current()?.heartbeat(details);
}

/** The running activity and its workflow; null outside of an activity. */
export function runningIn(): { readonly activity: string; readonly workflow: string } | null {
  const info = current()?.info;
  return info ? { activity: info.activityType, workflow: info.workflowExecution?.workflowId ?? '' } : null;
}
