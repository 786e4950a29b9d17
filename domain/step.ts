/** Which try of which step this is. Names remote jobs: the same ref attaches to a running job, a new round starts anew. */
export interface StepRef {
  readonly workflow: string;
  readonly step: string;
  /** Raised by `retry`. */
  readonly round: number;
  /** A person says that it was done by hand: look and verify only, and say in the proof what cannot be looked up. */
  readonly byHand: boolean;
}
