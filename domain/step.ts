/**
 * Identifies one round of a step. It names remote jobs: the same ref attaches to a running job, a new round starts a
 * new one.
 */
export interface StepRef {
  readonly workflow: string;
  readonly step: string;
  /** Raised by `retry`. */
  readonly round: number;
  /** A person reported the step done by hand: only verify it. The proof names facts that cannot be verified. */
  readonly byHand: boolean;
}
