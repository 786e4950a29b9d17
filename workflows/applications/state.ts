import type { Judgement } from '../../domain/judgement.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { SiteView } from '../../domain/site.ts';
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
  readonly judgements: readonly Judgement[];
  readonly operator: Carried;
}

export interface ApplicationCounts {
  accepted: number;
  mailed: number;
}

/** What one run of the applications knows; all else is in the store. */
export interface Serving {
  readonly operator: OperatorContext;
  readonly input: ApplicationsInput;
  readonly semester: Semester;
  readonly counts: ApplicationCounts;
  calendar: Calendar;
  site: SiteView;
  /** Decisions on their way, in the order in which they came. */
  readonly judgements: Judgement[];
  /** When people were asked about a list last. */
  askedAt: string;
  /** A list waits for people: `due` until the gate asks. */
  review: 'no' | 'due' | 'asked';
  /** Rises with each decision: looking begins anew. */
  changed: number;
  /** Activities that run beside the looking. */
  busy: number;
  /** Whether applications have ended. */
  closed: boolean;
  /** Who wants to hear that nobody accepts any more. */
  readonly tell: Set<string>;
}

/** Whether anybody is still let in: until `applications.until`, and not again once the form is closed. */
export const accepts = ({ tell, closed, calendar }: Serving): boolean =>
  tell.size === 0 && !closed && Date.now() < Date.parse(calendar.applicationsUntil);

/** Whether the period is over, or another semester takes over. */
export const isOver = ({ tell, calendar }: Serving): boolean =>
  tell.size > 0 || Date.now() >= Date.parse(calendar.periodUntil);

/** Runs something beside the looking; no run ends, to continue as new, in the middle of it. */
export async function beside<T>(serving: Serving, work: () => Promise<T>): Promise<T> {
  serving.busy++;
  try {
    return await work();
  } finally {
    serving.busy--;
  }
}
