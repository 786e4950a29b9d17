import {
  ActivityCancellationType,
  proxyActivities,
  scheduleActivity,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities, AUTHORITY } from '../activities/contract.ts';
import type { Acts, Plans } from '../domain/authority.ts';
import { asObject, type Unchecked } from '../domain/verdict.ts';

/**
 * Reads and small changes: 6 attempts with 2+4+8+16+32 s between them, about a minute of waiting; then the step parks.
 */
export const quick = policy<
  | 'acceptApplicants'
  | 'agreeDockerRanges'
  | 'approveListed'
  | 'awaitMerge'
  | 'checkForm'
  | 'checkLayout'
  | 'closeForm'
  | 'deferTask'
  | 'endDeferred'
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
  | 'lookAccounts'
  | 'makeForm'
  | 'openLogins'
  | 'passGate'
  | 'passHandGate'
  | 'passStart'
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

/** A person waits at a terminal: 3 attempts with 1+2 s between them, then the CLI shows the failure. */
export const interactive = policy<
  | 'checkSigner'
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

/**
 * A person waits for a check of all hosts and services, or of the size of all homes. The result lists what did not
 * answer.
 */
export const thorough = policy<'doctor' | 'rehearseGate'>({
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '2s', maximumAttempts: 2 },
});

/** The plans of gates, and what is done after them. */
type GateWork = { [N in keyof Activities]: (typeof AUTHORITY)[N] extends Plans | Acts ? N : never }[keyof Activities];

/**
 * Remote jobs and mail runs: hours of work with heartbeats; each attempt attaches to the job of the last one. The work of a gate
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

/** Mail runs: after a cancellation they end between two mails, and the pause waits for that. */
export const mailing = policy<'sendDeadlineMails' | 'sendNotices'>({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 6 },
});

/**
 * Notifications that must survive an outage of the mail server: 40 attempts with 1 s to 5 min between them, more than
 * two and a half hours.
 */
export const patient = policy<'demandWiped' | 'notifyApprovers' | 'notifyWebhook'>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m', maximumAttempts: 40 },
});

/**
 * Polls for months, or for `forMs`: one activity that fails with `NothingNew` and retries every `everyMs`, 3 events in
 * all. A cancelled one ends before the next starts, so two never poll or mail at the same time.
 */
export const polling = (everyMs: number, forMs?: number) =>
  policy<'awaitEnd' | 'awaitIdleGpus' | 'awaitMerge' | 'pollApplications' | 'proposeNextSemester' | 'remindApprovers'>({
    startToCloseTimeout: '5 minutes',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(forMs && { scheduleToCloseTimeout: forMs }),
    retry: { initialInterval: everyMs, backoffCoefficient: 1 },
  });

/**
 * Unlimited retries every 5 minutes, 3 events in all: for deferred tasks and locks, which no person watches. A cancelled
 * one has ended before the host is given to others or its job is stopped.
 */
export const persistent = policy<
  | 'drainHost'
  | 'endWipe'
  | 'findNewer'
  | 'findWindow'
  | 'grantDocker'
  | 'notifyApprovers'
  | 'openLogins'
  | 'prepareRoot'
  | 'readSite'
  | 'rebootHost'
  | 'receiveImage'
  | 'requestGrant'
  | 'switchRoot'
  | 'wipeDocker'
>({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '1 minute',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '5m', backoffCoefficient: 1 },
});

/**
 * The activities of one policy; calling another activity does not compile. Each call gets a summary, so the Temporal UI
 * reads like the runbook: `drainHost asahi`.
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
