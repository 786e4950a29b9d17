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
  /** State of the previous run, if this run continues it. */
  readonly carried?: ApplicationsCarried;
}

export interface ApplicationsCarried {
  readonly counts: ApplicationCounts;
  readonly askedAt: string;
  readonly judgements: readonly ApplicantVerdict[];
  readonly operator: Carried;
  readonly notify?: readonly string[];
}

export interface ApplicationCounts {
  accepted: number;
  mailed: number;
}

/** State of one applications run; everything else is in the store. */
export interface ApplicationsState {
  readonly operator: OperatorContext;
  readonly input: ApplicationsInput;
  readonly semester: Semester;
  readonly counts: ApplicationCounts;
  calendar: Calendar;
  /** Queued verdicts, in the order of their arrival. */
  readonly verdicts: ApplicantVerdict[];
  /** When the gate last asked about a list, UTC. */
  askedAt: string;
  /** State of the daily list: `due` until the gate asks, then `asked`. */
  review: 'no' | 'due' | 'asked';
  /** Rises with each decision: the poll starts again. */
  changed: number;
  /** Number of background tasks that run besides the poll. */
  busy: number;
  /** Whether applications have ended. */
  closed: boolean;
  /** Workflows to notify once this one has stopped accepting. */
  readonly notify: Set<string>;
}

/** Whether applicants are still accepted: until `applications.until`; never again after the form is closed. */
export const accepts = ({ notify, closed, calendar }: ApplicationsState): boolean =>
  notify.size === 0 && !closed && Date.now() < Date.parse(calendar.applicationsUntil);

/** Whether the period is over, or another semester takes over. */
export const isOver = ({ notify, calendar }: ApplicationsState): boolean =>
  notify.size > 0 || Date.now() >= Date.parse(calendar.periodUntil);

/** Runs background work; the workflow does not continue as new before it ends. */
export async function whileBusy<T>(state: ApplicationsState, work: () => Promise<T>): Promise<T> {
  state.busy++;
  try {
    return await work();
  } finally {
    state.busy--;
  }
}
