import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

/** What a workflow can tell apart about a failed activity. */
export type FailureType =
  /** Configuration that is wrong, with place and remedy. */
  | 'ConfigInvalid'
  | 'WrongSite'
  /** A host or service does not answer; tried again. */
  | 'Unreachable'
  /** It answered that it did not work; the text holds the tail of what it said. */
  | 'CommandFailed'
  /** It was done, and looking at it afterwards says otherwise. */
  | 'VerificationFailed'
  /** An incremental image's parent is not on the host: it needs a full one. */
  | 'ParentMissing'
  /** A host did not come up healthy with a new image, and is proven to run its old root again. */
  | 'RolledBack'
  /** A fact that this step rests on does not hold. */
  | 'ProofMissing'
  /** The plan that was approved is not what would be done now. */
  | 'PlanVoid'
  /** Nothing has happened; ask again later. */
  | 'NothingNew';

/** A failure that trying again does not mend: the step parks in attention. */
export function refuse(type: FailureType, message: string, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, ...(cause instanceof Error && { cause }) });
}

/** A failure that is tried again by the activity's policy; `afterMs`: not before what a server asked for. */
export function tryAgain(type: FailureType, message: string, cause?: unknown, afterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    ...(cause instanceof Error && { cause }),
    ...(afterMs !== undefined && { nextRetryDelay: afterMs }),
  });
}

/** Whether an activity failed in one of these ways; without types: in any way that this file makes. */
export function isFailure(error: unknown, ...types: readonly FailureType[]): error is ApplicationFailure {
  return error instanceof ApplicationFailure && (types.length === 0 || types.some((type) => type === error.type));
}

/** "Nothing new": retried silently, for months. */
export function nothingNew(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'NothingNew', message, category: ApplicationFailureCategory.BENIGN });
}
