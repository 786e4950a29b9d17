import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  workflowInfo,
} from '@temporalio/workflow';
import { datesOf } from '../domain/handover.ts';
import { siteWorkflowId } from '../domain/names.ts';
import type { Calendar } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import { installDecisionHandler, recordDecisions, refuseDecisions } from './applications/decisions.ts';
import { pollOnce } from './applications/poll.ts';
import { proposeNextSemester } from './applications/next-semester.ts';
import { reviewDaily } from './applications/review.ts';
import {
  accepts,
  isOver,
  type ApplicationCounts,
  type ApplicationsCarried,
  type ApplicationsInput,
  type ApplicationsState,
} from './applications/state.ts';
import { carriedOf } from './operator/carry.ts';
import { installOperatorContext } from './operator/install.ts';
import { myId, myRun, now } from './operator/state.ts';
import { onSignal } from './operator/receive.ts';
import { readSite } from './operator/site.ts';
import { runStep } from './operator/steps.ts';
import { waitUntil } from './operator/wait.ts';
import { acceptingStopped, acceptsApplications, datesMoved, stopAccepting } from './messages.ts';
import { quick } from './policies.ts';

export type { ApplicationCounts, ApplicationsInput } from './applications/state.ts';

/** Continue as new after this many events, long before Temporal suggests it: replays after a deploy stay short. */
const MOST_EVENTS = 2000;

/**
 * R7, from the publish gate to the end of the period: polls for applications, sends nudges, accepts, grants Docker and
 * mails. It closes the form when applications end, and proposes the next semester until the period ends.
 */
export async function applications(input: ApplicationsInput): Promise<ApplicationCounts> {
  const state = begin(input);
  const { operator, counts } = state;
  const semester = input.semester.name;
  const work = async () => {
    const site = await readSite(operator, input.site, 'applications');
    await runBeside([() => proposeNextSemester(state)], async () => {
      await runBeside([() => recordDecisions(state), () => reviewDaily(state, site)], () =>
        pollUntilClosedOrFull(state, site),
      );
      if (!accepts(state)) await stop(state);
    });
    await condition(() => allHandlersFinished() && !operator.state.notifyingParent);
    return state.closed ? counts : continueInNewRun(state);
  };
  return operator.run(work, async () => {
    await notifyStopped(state);
    // After an abort a failure is ignored: no person is asked.
    const ref = { workflow: myRun(), step: 'close-form', round: 1, byHand: false };
    await quick.closeForm({ ref, semester }).catch(() => undefined);
    return counts;
  });
}

/** Installs the handlers of signals, before the first await. */
function begin(input: ApplicationsInput): ApplicationsState {
  const { carried } = input;
  const name = myId();
  const operator = installOperatorContext({
    kind: 'applications',
    name,
    startedBy: input.startedBy,
    phase: 'applications',
    parent: input.parent,
    carried: carried?.operator,
  });
  const state: ApplicationsState = {
    operator,
    input,
    semester: input.semester,
    calendar: input.calendar,
    counts: {
      ...(carried?.counts ?? {
        accepted: 0,
        mailed: 0,
      }),
    },
    askedAt: carried?.askedAt ?? now(),
    verdicts: [...(carried?.judgements ?? [])],
    review: 'no',
    changed: 0,
    busy: 0,
    closed: false,
    notify: new Set(carried?.notify ?? []),
  };
  operator.state.dates = datesOf(state.calendar);
  installDecisionHandler(state);
  const stop = ({ tell }: { readonly tell: string }) => {
    state.notify.add(tell);
  };
  const move = ({ calendar }: { readonly calendar: Calendar }) => {
    state.calendar = calendar;
    operator.state.dates = datesOf(calendar);
  };
  onSignal(operator, stopAccepting, stop, 'between workflows: stop accepting, then notify {tell}');
  onSignal(operator, datesMoved, move, 'between workflows: the dates have moved: {calendar}');
  return state;
}

/** Runs `main` alongside background tasks; cancels and awaits them before returning. Fails when one of them fails. */
async function runBeside(tasks: readonly (() => Promise<void>)[], main: () => Promise<void>): Promise<void> {
  const scope = new CancellationScope();
  const background = tasks.map((task) => scope.run(task));
  const done = main();
  try {
    // A task that returns has no more to do: `main` goes on.
    await Promise.race([done, ...background.map((task) => task.then(() => done))]);
  } finally {
    scope.cancel();
    await Promise.allSettled(background);
  }
}

/**
 * Stops accepting and closes the form. At the end of the period it notifies the site, also while the form stays open.
 */
async function stop(state: ApplicationsState): Promise<void> {
  const { operator, semester } = state;
  state.closed = true;
  refuseDecisions(state);
  const until = () => state.calendar.periodUntil;
  await Promise.all([
    runStep(operator, { name: 'close-form', phase: 'applications', skippable: true }, (ref) =>
      quick.closeForm({ ref, semester: semester.name }),
    ),
    waitUntil(operator, 'the end of the period', until, () => isOver(state)).then(() => notifyStopped(state)),
  ]);
}

/** Polls until applications end, or the history is full and no person is asked anything. */
async function pollUntilClosedOrFull(state: ApplicationsState, site: SiteView): Promise<void> {
  const idle = () => state.busy === 0 && state.review === 'no' && state.operator.state.verdicts.length === 0;
  const full = () => {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return continueAsNewSuggested || historyLength > MOST_EVENTS;
  };
  while (accepts(state) && !(full() && idle())) await pollOnce(state, site);
}

/** Continues as new, with all that people have decided. */
function continueInNewRun(state: ApplicationsState): Promise<never> {
  const { input, calendar, counts, askedAt, verdicts, operator, notify } = state;
  const carried: ApplicationsCarried = {
    counts,
    askedAt,
    judgements: verdicts,
    operator: carriedOf(operator.state),
    notify: [...notify],
  };
  return continueAsNew<typeof applications>({ ...input, calendar, carried });
}

/** Notifies the site, and each workflow that asked for it, that this one accepts no more applicants. */
async function notifyStopped({ input, notify }: ApplicationsState): Promise<void> {
  const message = { workflow: myId() };
  const site = getExternalWorkflowHandle(siteWorkflowId(input.site));
  await site.signal(acceptsApplications, { workflow: null, stopped: myId() }).catch(() => undefined);
  const notified = [...notify].map((id) => getExternalWorkflowHandle(id).signal(acceptingStopped, message));
  await Promise.allSettled(notified);
}
