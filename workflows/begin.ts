import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { datesOf } from '../domain/handover.ts';
import type { Reschedule } from '../domain/messages.ts';
import { applicationsWorkflowId } from '../domain/names.ts';
import type { Calendar, Semester, SemesterInput } from '../domain/semester.ts';
import type { OperatorContext } from './operator/context.ts';
import { onSignal } from './operator/receive.ts';
import { fromApprover } from './operator/senders.ts';
import { recordAccepted, recordRefused, type OperatorState } from './operator/state.ts';
import { readSite } from './operator/site.ts';
import { reasonOf, runStep } from './operator/steps.ts';
import { datesMoved, reschedule } from './messages.ts';
import { installMailHandlers } from './phases/ledger.ts';
import { quick } from './policies.ts';
import type { Beginning, Run } from './run.ts';

/** Installs the handlers of `reschedule`, `bounce` and `resend`, then reads calendar and site. */
export async function begin(operator: OperatorContext, input: SemesterInput): Promise<Run> {
  const beginning: Beginning = {
    operator,
    input,
    semester: input.semester,
    calendar: null,
    edition: 0,
    corrects: null,
    moved: 0,
    noticePlan: null,
    lastNotice: null,
    sent: new Set(),
    noticed: false,
    removing: false,
    lockout: null,
    closed: new Set(),
    deferredWipes: new Set(),
    absence: new Map(),
    wiping: false,
    backup: null,
    replica: null,
  };
  // One after another: each changes the dates that the one before it left.
  let turn = Promise.resolve();
  const take = (message: Reschedule) =>
    fromApprover(operator, 'reschedule', message, () => {
      turn = turn.then(() => changeDates(beginning, message));
    });
  const what = 'new dates: {deadline?, periodFrom?, periodUntil?, applicationsUntil?, by, reason}';
  onSignal(operator, reschedule, take, what);
  installMailHandlers(beginning);
  const [read, site] = await Promise.all([
    runStep(operator, { name: 'read-calendar', phase: 'notice' }, () =>
      quick.readCalendar({ semester: beginning.semester }),
    ),
    readSite(operator, input.site, 'notice'),
  ]);
  await runStep(operator, { name: 'record-start', phase: 'notice' }, () =>
    quick.passStart({ startedBy: input.startedBy, from: input.from ?? null, signed: input.signed ?? null }),
  );
  // A `reschedule` in the meantime is newer than the calendar that was read.
  const calendar = beginning.calendar ?? read.result;
  takeDates(operator.state, calendar);
  return Object.assign(beginning, { calendar, site, readAt: Date.now() });
}

function takeDates(state: OperatorState, calendar: Calendar): void {
  state.dates = datesOf(calendar);
  state.wipeFrom = calendar.wipeFrom;
}

const REMOVING = 'the members have been removed, or are being removed: the deadline can no longer change';

const isPast = (instant: string): boolean => Date.parse(instant) <= Date.now();

async function changeDates(run: Beginning, message: Reschedule): Promise<void> {
  const { operator } = run;
  const refuse = (why: string) => {
    recordRefused(operator.state, 'reschedule', message.by, why);
    operator.updateVisibility();
  };
  const closed = () => (message.deadline && run.removing ? REMOVING : null);
  const early = closed();
  if (early !== null) return refuse(early);
  const end = run.calendar?.applicationsUntil;
  if (message.applicationsUntil && operator.state.phase === 'applications' && end && isPast(end))
    return refuse(`applications ended at ${end}: the form is closed, and applications.until can no longer change`);
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
  // The removal may have begun while the dates were read.
  const late = closed();
  if (late !== null) return refuse(late);
  if (message.deadline && isPast(calendar.deadline)) return refuse(`the deadline ${calendar.deadline} is past`);
  if (message.deadline && run.calendar && run.noticed) {
    run.corrects = { deadline: run.calendar.deadline, at: new Date().toISOString() };
    run.edition++;
  }
  run.semester = semester;
  run.calendar = calendar;
  takeDates(operator.state, calendar);
  run.moved++;
  // Running applications still have their old dates, so they need a signal. They may outlive this workflow.
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
