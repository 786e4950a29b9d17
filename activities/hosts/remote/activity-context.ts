import { Context } from '@temporalio/activity';

function current(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}

/** The activity's cancellation, or undefined outside of an activity (tests, the CLI's tools). */
export const cancellation = (): AbortSignal | undefined => current()?.cancellationSignal;

/** Heartbeats the activity's progress; does nothing outside of an activity. */
export function beat(details: unknown): void {
  current()?.heartbeat(details);
}
