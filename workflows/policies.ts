import {
  ActivityCancellationType,
  proxyActivities,
  scheduleActivity,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities, AUTHORITY } from '../activities/contract.ts';
import type { Acts, Plans } from '../domain/authority.ts';
import type { Unchecked } from '../domain/verdict.ts';
import { asObject } from './operator/forward.ts';

/** Reads and small changes: 2+4+8+16+32 s between 6 attempts, about two minutes, then a person is asked. */
export const quick = policy<
  | 'acceptApplicants'
  | 'agreeDockerRanges'
  | 'approveListed'
  | 'awaitMerge'
  | 'checkForm'
  | 'checkLayout'
  | 'closeForm'
  | 'deferTask'
  | 'endDeferredWipes'
  | 'describeDisturbance'
  | 'diffPlans'
  | 'excludeHost'
  | 'exportHistory'
  | 'findWindow'
  | 'formInstructions'
  | 'gpuUsers'
  | 'grantDocker'
  | 'hostsToRollBack'
  | 'includeHost'
  | 'leaderInstructions'
  | 'makeForm'
  | 'openLogins'
  | 'planApplications'
  | 'planExclude'
  | 'planPrune'
  | 'planPublish'
  | 'planRemoval'
  | 'planRollBack'
  | 'planRollout'
  | 'planUpdate'
  | 'pollApplications'
  | 'proveLockout'
  | 'publishForm'
  | 'readCalendar'
  | 'readSite'
  | 'recordBaseline'
  | 'recordBounce'
  | 'recordGrants'
  | 'reinstallInstructions'
  | 'rejectApplicants'
  | 'requestGrant'
  | 'resendNotice'
  | 'tidyHost'
  | 'warnOfReboot'
>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 6 },
});

/** A person waits at a terminal: 1+2 s between 3 attempts, then they see the failure. */
export const interactive = policy<
  | 'gpuHolders'
  | 'judgeApplicants'
  | 'listApplicants'
  | 'listMails'
  | 'lookAtGpus'
  | 'lookImages'
  | 'offeredHostKeys'
  | 'pinHostKey'
  | 'previewMail'
  | 'readCalendar'
  | 'readPlanPage'
  | 'readSite'
  | 'showBackups'
  | 'verifyApproval'
>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** A person waits for a check of every host and service, or of the size of every home. The answer names what did not answer. */
export const thorough = policy<'doctor' | 'rehearseGate'>({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '2s', maximumAttempts: 2 },
});

/** The plans of gates, and what is done after them. */
type GateWork = { [N in keyof Activities]: (typeof AUTHORITY)[N] extends Plans | Acts ? N : never }[keyof Activities];

/**
 * Remote jobs and mail runs: hours of work that heartbeats; each attempt attaches to what the last one started. The work of a gate
 * belongs here unless `quick` or `mailing` names it.
 */
export const long = policy<
  | Exclude<GateWork, keyof typeof quick | keyof typeof mailing>
  | 'awaitPage'
  | 'buildFullImage'
  | 'buildImage'
  | 'mailApplicants'
  | 'measureUsage'
  | 'prepareRoot'
  | 'pruneImages'
  | 'receiveImage'
  | 'replicateBackup'
  | 'takeBackup'
  | 'updateLeader'
>({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 6 },
});

/** Runs of mails: cancelled, they end between two of them, and only then has a pause begun. */
export const mailing = policy<'sendDeadlineMails' | 'sendNotices'>({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 6 },
});

/** Notifications that must arrive even after an outage of the mail server: 1 s to 5 min between attempts, 40 of them outlive three hours. */
export const patient = policy<'demandWiped' | 'notifyApprovers' | 'notifyWebhook'>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m', maximumAttempts: 40 },
});

/**
 * Waiting for months, or for so long: one activity that fails "nothing new" at a fixed interval, 3 events in all. Cancelled, it
 * has ended before the next one begins: no two look, or mail, at the same time.
 */
export const polling = (everyMs: number, forMs?: number) =>
  policy<'awaitIdleGpus' | 'awaitMerge' | 'pollApplications' | 'proposeNextSemester'>({
    startToCloseTimeout: '5 minutes',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(forMs && { scheduleToCloseTimeout: forMs }),
    retry: { initialInterval: everyMs, backoffCoefficient: 1 },
  });

/** What must not give up: a host that is down for weeks, a lock, which no person watches. Every 5 minutes, 3 events in all. */
export const persistent = policy<
  | 'drainHost'
  | 'findNewer'
  | 'findWindow'
  | 'grantDocker'
  | 'isRunning'
  | 'openLogins'
  | 'prepareRoot'
  | 'readSite'
  | 'rebootHost'
  | 'receiveImage'
  | 'switchRoot'
  | 'wipeDocker'
>({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '5m', backoffCoefficient: 1 },
});

/**
 * The activities of one policy, as a workflow calls them: another activity does not compile. Each call gets a summary, so that
 * the Temporal UI reads like the runbook: `drainHost asahi`.
 */
function policy<N extends keyof Activities>(options: ActivityOptions): Pick<Activities, N> {
  const proxies: Pick<Activities, N> = proxyActivities<Activities>(options);
  return new Proxy(proxies, {
    get: (_, name) => (arg: unknown) =>
      scheduleActivity(String(name), [arg], { ...options, summary: summaryOf(String(name), asObject(arg)) }),
  });
}

function summaryOf(name: string, { kind, about, host, leader }: Unchecked): string {
  return [name, kind, about, host ?? leader].filter((x) => typeof x === 'string').join(' ');
}
