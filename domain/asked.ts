import type { Waiting } from './status.ts';

/** A gate or a parked step in a reminder. */
export type Reminded = Pick<Waiting, 'key' | 'since' | 'commands' | 'remindFrom'>;

/** Details of a question to approvers. The mail renders them in each approver's language. */
export interface QuestionDetails {
  /** Differences from the plan of the previous round, one line each. */
  readonly changed?: readonly string[];
  /** How many rows of the plan are not shown. */
  readonly more?: number;
  /** Exempt accounts and data, one line each. */
  readonly kept?: readonly string[];
  /** Who rejected the plan, and why. */
  readonly rejected?: { readonly by: string; readonly comment?: string };
  /** With a reminder: what waits. */
  readonly questions?: readonly Reminded[];
  /** With a report: how the semester ended; `why` may be empty. */
  readonly ended?: { readonly outcome: 'finished' | 'aborted'; readonly why: string };
}
