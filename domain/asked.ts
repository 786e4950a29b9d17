/** What goes with a question to approvers, and is put into each one's own language where it is mailed. */
export interface QuestionDetails {
  /** What differs from the plan that was asked about before, a line each. */
  readonly changed?: readonly string[];
  /** How many rows there are beyond the ones that are shown. */
  readonly more?: number;
  /** Who and what is kept, a line each. */
  readonly kept?: readonly string[];
  /** Who rejected the plan that waits now, and why. */
  readonly rejected?: { readonly by: string; readonly comment?: string };
  /** How the semester ended that a report is about; `why` is empty where nothing more is known. */
  readonly ended?: { readonly outcome: 'finished' | 'aborted'; readonly why: string };
}
