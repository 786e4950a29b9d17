import type { ApplicantVerdict } from '../../domain/judgement.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { OperatorContext } from '../operator/context.ts';
import type { Carried } from '../operator/carry.ts';

export interface ApplicationsInput {
  readonly site: string;
  readonly semester: Semester;
  readonly calendar: Calendar;
  readonly startedBy: string;
  readonly parent: string;
  /** From the run before, where this one continues it. */
  readonly carried?: ApplicationsCarried;
}

export interface ApplicationsCarried {
  readonly counts: ApplicationCounts;
  readonly askedAt: string;
  readonly judgements: readonly ApplicantVerdict[];
  readonly operator: Carried;
}

export interface ApplicationCounts {
  accepted: number;
  mailed: number;
}

/** What one run of the applications knows; all else is in the store. */
export interface ApplicationsState {
  readonly operator: OperatorContext;
  readonly input: ApplicationsInput;
  readonly semester: Semester;
  readonly counts: ApplicationCounts;
  calendar: Calendar;
  /** Decisions on their way, in the order in which they came. */
  readonly verdicts: ApplicantVerdict[];
  /** When people were asked about a list last. */
  askedAt: string;
  /** A list waits for people: `due` until the gate asks. */
  review: 'no' | 'due' | 'asked';
  /** Rises with each decision: the poll starts anew. */
  changed: number;
  /** How many pieces of background work run beside the poll. */
  busy: number;
  /** Whether applications have ended. */
  closed: boolean;
  /** Workflows to notify once this one has stopped accepting. */
  readonly notify: Set<string>;
}

/** Whether applicants are still accepted: until `applications.until`, and not again once the form is closed. */
export const accepts = ({ notify, closed, calendar }: ApplicationsState): boolean =>
  notify.size === 0 && !closed && Date.now() < Date.parse(calendar.applicationsUntil);

/** Whether the period is over, or another semester takes over. */
export const isOver = ({ notify, calendar }: ApplicationsState): boolean =>
  notify.size > 0 || Date.now() >= Date.parse(calendar.periodUntil);

/** Runs work beside the poll; the run does not continue as new before it has ended. */
export async function whileBusy<T>(state: ApplicationsState, work: () => Promise<T>): Promise<T> {
  state.busy++;
  try {
    return await work();
  } finally {
    state.busy--;
  }
}
