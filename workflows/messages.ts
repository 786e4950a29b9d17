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
  UnkeepMessage,
  Verdict,
} from '../domain/messages.ts';
import type { ApplicantVerdict } from '../domain/judgement.ts';
import type { Calendar } from '../domain/semester.ts';
import type { Status, Waiting } from '../domain/status.ts';
import type { DeferredKind } from '../domain/names.ts';
import type { DeferredTask } from '../domain/deferred.ts';
export type { DeferredTask } from '../domain/deferred.ts';

/** Messages from people. Each is one JSON object, as the Temporal UI sends it. */
export const approve = defineSignal<[Verdict], 'approve'>('approve');
export const reject = defineSignal<[Verdict], 'reject'>('reject');
export const retry = defineSignal<[StepMessage], 'retry'>('retry');
export const done = defineSignal<[StepMessage], 'done'>('done');
export const skip = defineSignal<[StepMessage], 'skip'>('skip');
export const abort = defineSignal<[AbortMessage], 'abort'>('abort');
export const reschedule = defineSignal<[Reschedule], 'reschedule'>('reschedule');
export const keep = defineSignal<[KeepMessage], 'keep'>('keep');
export const unkeep = defineSignal<[UnkeepMessage], 'unkeep'>('unkeep');
export const pause = defineSignal<[PauseMessage], 'pause'>('pause');
export const resume = defineSignal<[PauseMessage], 'resume'>('resume');
export const bounce = defineSignal<[BounceMessage], 'bounce'>('bounce');
export const resend = defineSignal<[ResendMessage], 'resend'>('resend');
/** To an applications workflow: an approver's verdict on single applicants. */
export const judge = defineSignal<[ApplicantVerdict], 'judge'>('judge');
export const decide = defineUpdate<DecisionResult, [Decision]>('decide');
export const status = defineQuery<Status>('status');

/** Messages between workflows. */
export interface Holder {
  readonly workflow: string;
  readonly purpose: string;
}

export interface Release extends Holder {
  readonly applications?: string;
}

export interface Granted {
  readonly lock: string;
  readonly purpose: string;
  /** With the site: the applications workflow that still accepts applicants, if any. */
  readonly applications: string | null;
}

export interface ChildWaits {
  readonly workflow: string;
  readonly waiting: readonly Waiting[];
}

export const request = defineSignal<[Holder], 'request'>('request');
/** `applications`, to the site: the workflow that accepts applications now; the next holder must know it. */
export const release = defineSignal<[Release], 'release'>('release');
export const granted = defineSignal<[Granted], 'granted'>('granted');
export interface Accepts {
  readonly workflow: string | null;
  /** With null: who stopped. It may be told late, when another one accepts already. */
  readonly stopped?: string;
}

/** To the site: the workflow that accepts applications now (null: none). */
export const acceptsApplications = defineSignal<[Accepts], 'acceptsApplications'>('acceptsApplications');
/** To an applications workflow: stop accepting, then notify the workflow `tell`. */
export const stopAccepting = defineSignal<[{ tell: string }], 'stopAccepting'>('stopAccepting');
/** From a semester to its applications: the dates have moved. */
export const datesMoved = defineSignal<[{ calendar: Calendar }], 'datesMoved'>('datesMoved');
export const acceptingStopped = defineSignal<[{ workflow: string }], 'acceptingStopped'>('acceptingStopped');
/** From a child to its parent: what the child waits for. The parent shows it and forwards messages to the child. */
export const childWaits = defineSignal<[ChildWaits], 'childWaits'>('childWaits');

/**
 * From a roll-out to a host's update: the failure budget is spent, so a host whose sessions have not ended stays as it
 * is.
 */
export const budgetSpent = defineSignal<[], 'budgetSpent'>('budgetSpent');

export const deferTask = defineSignal<[DeferredTask], 'deferTask'>('deferTask');
/** To `host/<name>`: tasks of this kind have ended, whether or not they were done. */
export const endDeferred = defineSignal<[{ readonly kind: DeferredKind }], 'endDeferred'>('endDeferred');
/** To `host/<name>`: the host is back, try its deferred tasks now. */
export const wake = defineSignal<[], 'wake'>('wake');
/** Query of `host/<name>`: the kinds of its deferred tasks, in their order. */
export const deferredTasks = defineQuery<readonly DeferredKind[]>('deferredTasks');
