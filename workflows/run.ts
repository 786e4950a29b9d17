import { getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import type { StepRef } from '../activities/types.ts';
import { datesOf } from '../domain/handover.ts';
import type { Reschedule } from '../domain/messages.ts';
import { applicationsWorkflowId, type PlanGate } from '../domain/names.ts';
import type { AbsenceProof, BackupProof, LockoutProof, ReplicaProof } from '../domain/proof.ts';
import type { Calendar, Semester, SemesterInput } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import { whyNotText } from '../domain/verdict.ts';
import type { Desk } from './desk/desk.ts';
import { gate, type GateOptions, type GateResult } from './desk/gates.ts';
import { recordAccepted, recordRefused } from './desk/state.ts';
import { planning, reasonOf } from './desk/steps.ts';
import { datesMoved, reschedule } from './messages.ts';
import { listenForMails } from './phases/ledger.ts';
import { quick } from './policies.ts';

/** What one run of a semester knows: its dates, which may move, and the proofs that later phases demand. */
export interface Run {
  readonly desk: Desk;
  readonly input: SemesterInput;
  semester: Semester;
  calendar: Calendar;
  site: SiteView;
  /** When the site was read, in milliseconds since 1970. */
  readAt: number;
  /** Rises when a date changed after a notice went out: mails of a new edition correct the old. */
  edition: number;
  /** The deadline that people were told before, and when it was corrected. */
  corrects: { readonly deadline: string; readonly at: string } | null;
  /** Rises with every `reschedule`. */
  moved: number;
  /** Digest of the notice plan that was approved last. */
  noticePlan: string | null;
  /** The notice that goes or went out last: what `resend` sends again. */
  lastNotice: { readonly plan: string; readonly index: number } | null;
  /** Notices that went out, `edition:index`. */
  readonly sent: Set<string>;
  lockout: LockoutProof | null;
  /** Hosts on which logins are closed, or were about to be. */
  readonly closed: Set<string>;
  readonly absence: Map<string, AbsenceProof>;
  /** Whether any home may have been deleted: from then on an abort leaves logins closed. */
  wiping: boolean;
  backup: BackupProof | null;
  /** Where the site has another machine for it. */
  replica: ReplicaProof | null;
}

/** Listens for new dates and reads what is configured. */
export async function begin(desk: Desk, input: SemesterInput): Promise<Run> {
  const run: Run = {
    desk,
    input,
    semester: input.semester,
    calendar: undefined as unknown as Calendar,
    site: undefined as unknown as SiteView,
    readAt: 0,
    edition: 0,
    corrects: null,
    moved: 0,
    noticePlan: null,
    lastNotice: null,
    sent: new Set(),
    lockout: null,
    closed: new Set(),
    absence: new Map(),
    wiping: false,
    backup: null,
    replica: null,
  };
  setHandler(reschedule, (message) => move(run, message), {
    description: 'new dates: {deadline?, periodFrom?, periodUntil?, applicationsUntil?, by, reason}',
  });
  listenForMails(run);
  const calendar = () => quick.readCalendar({ semester: run.semester });
  [run.calendar] = await Promise.all([planning(desk, 'read-calendar', calendar), lookAtSite(run)]);
  desk.state.dates = datesOf(run.calendar);
  return run;
}

/** A gate that has just been passed has read the site: a minute later nobody has changed it. */
const NEW_ENOUGH_MS = 60_000;

/** The site is read anew at each phase's start, by its gate or here: approvers and hosts may have changed since. */
export async function lookAtSite(run: Run): Promise<SiteView> {
  if (Date.now() - run.readAt < NEW_ENOUGH_MS) return run.site;
  run.site = await planning(run.desk, 'read-site', () => quick.readSite({ site: run.input.site }));
  run.readAt = Date.now();
  run.desk.meet(run.site);
  return run.site;
}

/** A gate of the semester: the site on which its plan was made is the run's from then on. */
export function ask(run: Run, name: PlanGate, o: Omit<GateOptions, 'site'>): Promise<GateResult> {
  const plan = async () => {
    const planned = await o.plan();
    run.site = planned.site;
    run.readAt = Date.now();
    return planned;
  };
  return gate(run.desk, name, { ...o, site: run.site, plan });
}

export const by = (ref: StepRef, byHand: boolean): StepRef => ({ ...ref, byHand: ref.byHand || byHand });

const isPast = (instant: string): boolean => Date.parse(instant) <= Date.now();

async function move(run: Run, message: Reschedule): Promise<void> {
  const { desk } = run;
  const refuse = (why: string) => {
    recordRefused(desk.state, 'reschedule', message?.by, why);
    desk.publish();
  };
  const why = whyNotText({ ...message }, ['by', 'reason']);
  if (why !== null) return refuse(why);
  if (!desk.state.approvers.includes(message.by)) return refuse(`${message.by} is not an approver of this site`);
  if (message.deadline && run.lockout) return refuse('the members have been removed: the deadline is past for good');
  if (message.applicationsUntil && desk.state.phase === 'applications' && isPast(run.calendar.applicationsUntil))
    return refuse(`applications ended at ${run.calendar.applicationsUntil}, and the form is closed`);
  const semester: Semester = {
    ...run.semester,
    ...(message.deadline && { deadline: message.deadline }),
    period: {
      from: message.periodFrom ?? run.semester.period.from,
      until: message.periodUntil ?? run.semester.period.until,
    },
    applications: {
      ...run.semester.applications,
      ...(message.applicationsUntil && { until: message.applicationsUntil }),
    },
  };
  let calendar: Calendar;
  try {
    calendar = await quick.readCalendar({ semester });
  } catch (error) {
    return refuse(reasonOf(error));
  }
  if (message.deadline && isPast(calendar.deadline)) return refuse(`${calendar.deadline} is past`);
  if (message.deadline && run.sent.size > 0) {
    run.corrects = { deadline: run.calendar.deadline, at: new Date().toISOString() };
    run.edition++;
  }
  run.semester = semester;
  run.calendar = calendar;
  desk.state.dates = datesOf(calendar);
  run.moved++;
  // Applications have the dates of their start: they run beside this workflow, and may outlive it.
  const opened = [...desk.state.children.keys()].filter((id) => id.startsWith(applicationsWorkflowId(semester.name)));
  for (const id of opened)
    void getExternalWorkflowHandle(id)
      .signal(datesMoved, { calendar })
      .catch(() => undefined);
  recordAccepted(desk.state, 'reschedule', message.by, message.reason);
  desk.publish();
}
