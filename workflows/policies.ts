import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityInterfaceFor,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities } from '../activities/contract.ts';

/** Looks and small changes: 2+4+8+16+32 s between 6 attempts, about two minutes, then a person is asked. */
export const quick = narrated({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 6 },
});

/** A person waits at a terminal: 1+2 s between 3 attempts, then they are told. */
export const glance = narrated({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** A person waits for a whole look: every host and service, the sizes of every home. It says itself what it could not see. */
export const thorough = narrated({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '2s', maximumAttempts: 2 },
});

/** Remote jobs and mail runs: hours of work that heartbeats; each attempt attaches to what the last one started. */
export const long = narrated({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 6 },
});

/** Runs of mails: cancelled, they end between two of them, and only then has a pause begun. */
export const mailing = narrated({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 6 },
});

/** What must be said even while the mail server is away: 1 s to 5 min between attempts, 40 of them outlive three hours. */
export const patient = narrated({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m', maximumAttempts: 40 },
});

/**
 * Waiting for months, or for so long: one activity that fails "nothing new" at a fixed interval, 3 events in all. Cancelled, it
 * has ended before the next one begins: no two look, or mail, at the same time.
 */
export const polling = (everyMs: number, forMs?: number) =>
  narrated({
    startToCloseTimeout: '5 minutes',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(forMs && { scheduleToCloseTimeout: forMs }),
    retry: { initialInterval: everyMs, backoffCoefficient: 1 },
  });

/** What must not give up: a host that is down for weeks, a lock that has nobody to ask. Every 5 minutes, 3 events in all. */
export const persistent = narrated({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '5m', backoffCoefficient: 1 },
});

/** Gives each call a summary, so that the Temporal UI reads like the runbook: `drainHost asahi`. */
function narrated(options: ActivityOptions): ActivityInterfaceFor<Activities> {
  const proxies = proxyActivities<Activities>(options);
  return new Proxy(proxies, {
    get: (target, name: keyof Activities) => (arg: never) =>
      target[name].executeWithOptions({ summary: summaryOf(name, arg) }, [arg] as never),
  });
}

function summaryOf(name: string, arg: { host?: string; leader?: string; about?: string; kind?: string }): string {
  return [name, arg.kind, arg.about, arg.host ?? arg.leader].filter((x) => typeof x === 'string').join(' ');
}
