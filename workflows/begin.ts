import { getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { datesOf } from '../domain/handover.ts';
import type { Reschedule } from '../domain/messages.ts';
import { applicationsWorkflowId } from '../domain/names.ts';
import type { Calendar, Semester, SemesterInput } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import { whyNotText } from '../domain/verdict.ts';
import type { OperatorContext } from './operator/context.ts';
import { recordAccepted, recordRefused } from './operator/state.ts';
import { planning, reasonOf } from './operator/steps.ts';
import { datesMoved, reschedule } from './messages.ts';
import { listenForMails } from './phases/ledger.ts';
import { quick } from './policies.ts';
import type { Run } from './run.ts';
import { lookAtSite } from './run.ts';

/** Listens for new dates and reads what is configured. */
export async function begin(operator: OperatorContext, input: SemesterInput): Promise<Run> {
  const run: Run = {
    operator,
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
  [run.calendar] = await Promise.all([planning(operator, 'read-calendar', calendar), lookAtSite(run)]);
  operator.state.dates = datesOf(run.calendar);
  return run;
}

const isPast = (instant: string): boolean => Date.parse(instant) <= Date.now();

async function move(run: Run, message: Reschedule): Promise<void> {
  const { operator } = run;
  const refuse = (why: string) => {
    recordRefused(operator.state, 'reschedule', message?.by, why);
    operator.updateVisibility();
  };
  const why = whyNotText({ ...message }, ['by', 'reason']);
  if (why !== null) return refuse(why);
  if (!operator.state.approvers.includes(message.by)) return refuse(`${message.by} is not an approver of this site`);
  if (message.deadline && run.lockout) return refuse('the members have been removed: the deadline is past for good');
  if (message.applicationsUntil && operator.state.phase === 'applications' && isPast(run.calendar.applicationsUntil))
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
  operator.state.dates = datesOf(calendar);
  run.moved++;
  // Applications have the dates of their start: they run beside this workflow, and may outlive it.
  const opened = [...operator.state.children.keys()].filter((id) =>
    id.startsWith(applicationsWorkflowId(semester.name)),
  );
  for (const id of opened)
    void getExternalWorkflowHandle(id)
      .signal(datesMoved, { calendar })
      .catch(() => undefined);
  recordAccepted(operator.state, 'reschedule', message.by, message.reason);
  operator.updateVisibility();
}
