import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type {
  AbortMessage,
  BounceMessage,
  Decision,
  DecisionResult,
  KeepMessage,
  PauseMessage,
  Reschedule,
  ResendMessage,
  StepMessage,
  Verdict,
} from '../domain/messages.ts';
import type { ApplicantVerdict } from '../domain/judgement.ts';
import type { Calendar } from '../domain/semester.ts';
import type { Status, Waiting } from '../domain/status.ts';
import type { DeferredTask } from '../domain/deferred.ts';
export type { DeferredTask } from '../domain/deferred.ts';

/** What people send. One JSON object each, as the Temporal UI sends it. */
export const approve = defineSignal<[Verdict]>('approve');
export const reject = defineSignal<[Verdict]>('reject');
export const retry = defineSignal<[StepMessage]>('retry');
export const done = defineSignal<[StepMessage]>('done');
export const skip = defineSignal<[StepMessage]>('skip');
export const abort = defineSignal<[AbortMessage]>('abort');
export const reschedule = defineSignal<[Reschedule]>('reschedule');
export const keep = defineSignal<[KeepMessage]>('keep');
export const pause = defineSignal<[PauseMessage]>('pause');
export const resume = defineSignal<[PauseMessage]>('resume');
export const bounce = defineSignal<[BounceMessage]>('bounce');
export const resend = defineSignal<[ResendMessage]>('resend');
/** To an applications workflow: what an approver decided about single applicants. */
export const judge = defineSignal<[ApplicantVerdict]>('judge');
export const decide = defineUpdate<DecisionResult, [Decision]>('decide');
export const status = defineQuery<Status>('status');

/** What workflows send each other. */
export interface Holder {
  readonly workflow: string;
  readonly purpose: string;
}

export interface Granted {
  readonly lock: string;
  readonly purpose: string;
  /** Of the site: the applications workflow that still accepts, if any. */
  readonly applications: string | null;
}

export const request = defineSignal<[Holder]>('request');
/** `applications`, to the site: this workflow accepts applications from now on, which the next holder must know. */
export const release = defineSignal<[Holder & { readonly applications?: string }]>('release');
export const granted = defineSignal<[Granted]>('granted');
/** To the site: this workflow accepts applications from now on (null: it has ended). */
export const acceptsApplications = defineSignal<[{ workflow: string | null }]>('acceptsApplications');
/** To an applications workflow: stop accepting, then notify the workflow `tell`. */
export const stopAccepting = defineSignal<[{ tell: string }]>('stopAccepting');
/** From a semester to its applications: the dates have moved. */
export const datesMoved = defineSignal<[{ calendar: Calendar }]>('datesMoved');
export const acceptingStopped = defineSignal<[{ workflow: string }]>('acceptingStopped');
/** From a child to its parent: what it waits for now, so that the parent shows it and forwards what is meant for it. */
export const childWaits = defineSignal<[{ workflow: string; waiting: readonly Waiting[] }]>('childWaits');

/** From a roll-out to a host's update: so many hosts have failed that one which is not disturbed yet is to stay as it is. */
export const budgetSpent = defineSignal<[]>('budgetSpent');

export const deferTask = defineSignal<[DeferredTask]>('deferTask');
/** To `host/<name>`: the host is back, try its deferred tasks now. */
export const wake = defineSignal<[]>('wake');
/** Of `host/<name>`: the kinds of its deferred tasks, in their order. */
export const deferredTasks = defineQuery<readonly DeferredTask['kind'][]>('deferredTasks');
