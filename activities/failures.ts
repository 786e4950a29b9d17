import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

/** The types by which a workflow distinguishes failures of activities. */
export type FailureType =
  /** The configuration is wrong. The message holds the place and the remedy. */
  | 'ConfigInvalid'
  | 'WrongSite'
  /** A host or service does not answer. Retried. */
  | 'Unreachable'
  /** A host or service reported an error. The message holds the tail of its output. */
  | 'CommandFailed'
  /** The check after the action found another result. */
  | 'VerificationFailed'
  /** The host lacks the parent of an incremental image and needs a full image. */
  | 'ParentMissing'
  /** A host was not healthy with a new image. It is proven to run its old root again. */
  | 'RolledBack'
  /** A fact that this step requires does not hold. */
  | 'ProofMissing'
  /** The approved plan no longer matches the current state or configuration. */
  | 'PlanVoid'
  /** The store is older than the world: it was restored. A person must confirm before anything acts. */
  | 'StoreBehind'
  /** No approval in the store permits this. */
  | 'NoGrant'
  /** Nothing is due yet. Polled again. */
  | 'NothingNew';

/** A failure that is not retried: the step parks in attention. */
export function refuse(type: FailureType, message: string, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true, ...(cause instanceof Error && { cause }) });
}

/** A failure that the activity's policy retries, after `afterMs` at the earliest if a server asked for a delay. */
export function tryAgain(type: FailureType, message: string, cause?: unknown, afterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    ...(cause instanceof Error && { cause }),
    ...(afterMs !== undefined && { nextRetryDelay: afterMs }),
  });
}

/** Whether an activity failed with one of these types; without types: whether it is an `ApplicationFailure`. */
export function isFailure(error: unknown, ...types: readonly FailureType[]): error is ApplicationFailure {
  return error instanceof ApplicationFailure && (types.length === 0 || types.some((type) => type === error.type));
}

/** A benign `NothingNew`, which is retried for months without a log entry. */
export function nothingNew(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'NothingNew', message, category: ApplicationFailureCategory.BENIGN });
}
