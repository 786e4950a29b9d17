import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { datesOf } from '../domain/handover.ts';
import { siteWorkflowId } from '../domain/names.ts';
import type { SiteView } from '../domain/site.ts';
import { judging, listenForJudgements, refuseJudgements } from './applications/decisions.ts';
import { lookOnce } from './applications/poll.ts';
import { proposing } from './applications/next-semester.ts';
import { reviewing } from './applications/review.ts';
import {
  accepts,
  isOver,
  type ApplicationCounts,
  type ApplicationsCarried,
  type ApplicationsInput,
  type Serving,
} from './applications/state.ts';
import { carriedOf } from './operator/carry.ts';
import { installOperatorContext } from './operator/install.ts';
import { myId, myRun, now } from './operator/state.ts';
import { planning, skippable } from './operator/steps.ts';
import { waitUntil } from './operator/wait.ts';
import { acceptingStopped, acceptsApplications, datesMoved, stopAccepting } from './messages.ts';
import { quick } from './policies.ts';

export type { ApplicationCounts, ApplicationsInput } from './applications/state.ts';

/** Long before Temporal asks for it, so that each replay after a deploy is short. */
const MOST_EVENTS = 2000;

/**
 * R7, from the publish gate to the end of the period: looks for applications, completes, accepts, grants Docker, mails, and
 * closes the form when they end; asks for the next semester until the period does.
 */
export async function applications(input: ApplicationsInput): Promise<ApplicationCounts> {
  const serving = begin(input);
  const { operator, counts } = serving;
  const semester = input.semester.name;
  const work = async () => {
    serving.site = await planning(operator, 'read-site', () => quick.readSite({ site: input.site }));
    operator.applySitePolicy(serving.site);
    await during(serving, [proposing], async () => {
      await during(serving, [judging, reviewing], () => untilClosedOrFull(serving));
      if (!accepts(serving)) await end(serving);
    });
    await condition(() => allHandlersFinished() && !operator.state.telling);
    return serving.closed ? counts : goOn(serving);
  };
  return operator.run(work, async () => {
    await close(serving);
    // Nobody is asked any more where that fails.
    const ref = { workflow: myRun(), step: 'close-form', round: 1, byHand: false };
    await quick.closeForm({ ref, semester }).catch(() => undefined);
    return counts;
  });
}

/** Installs what others send, before the first await. */
function begin(input: ApplicationsInput): Serving {
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
  const serving: Serving = {
    operator,
    input,
    semester: input.semester,
    calendar: input.calendar,
    site: undefined as unknown as SiteView,
    counts: {
      ...(carried?.counts ?? {
        accepted: 0,
        mailed: 0,
      }),
    },
    askedAt: carried?.askedAt ?? now(),
    judgements: [...(carried?.judgements ?? [])],
    review: 'no',
    changed: 0,
    busy: 0,
    closed: false,
    tell: new Set(),
  };
  operator.state.dates = datesOf(serving.calendar);
  listenForJudgements(serving);
  setHandler(stopAccepting, (message) => {
    serving.tell.add(message.tell);
  });
  setHandler(datesMoved, (message) => {
    serving.calendar = message.calendar;
    operator.state.dates = datesOf(message.calendar);
  });
  return serving;
}

/** Does something with work beside it, all of which has ended, also what takes longer, when this has. */
async function during(serving: Serving, work: readonly Beside[], what: () => Promise<void>): Promise<void> {
  const scope = new CancellationScope();
  const beside = work.map((one) => scope.run(() => one(serving)));
  const done = what();
  try {
    // One that fails ends all; one that has no more to do does not.
    await Promise.race([done, ...beside.map((one) => one.then(() => done))]);
  } finally {
    scope.cancel();
    await Promise.allSettled(beside);
  }
}

type Beside = (serving: Serving) => Promise<void>;

/** Lets nobody in any more. Whoever takes over hears of it also while a form waits for people to close it. */
async function end(serving: Serving): Promise<void> {
  const { operator, semester } = serving;
  serving.closed = true;
  refuseJudgements(serving);
  const until = () => serving.calendar.periodUntil;
  await Promise.all([
    skippable(operator, 'close-form', (ref) => quick.closeForm({ ref, semester: semester.name })),
    waitUntil(operator, 'the end of the period', until, () => isOver(serving)).then(() => close(serving)),
  ]);
}

/** Until nobody is let in any more, or the history is full and nobody is asked anything. */
async function untilClosedOrFull(serving: Serving): Promise<void> {
  const idle = () => serving.busy === 0 && serving.review === 'no' && serving.operator.state.verdicts.length === 0;
  const full = () => {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return continueAsNewSuggested || historyLength > MOST_EVENTS;
  };
  while (accepts(serving) && !(full() && idle())) await lookOnce(serving);
}

/** The same in a new run: nothing that people have said is lost. */
function goOn({ input, calendar, counts, askedAt, judgements, operator }: Serving): Promise<never> {
  const carried: ApplicationsCarried = { counts, askedAt, judgements, operator: carriedOf(operator.state) };
  return continueAsNew<typeof applications>({ ...input, calendar, carried });
}

/** Tells the site that nobody accepts any more, and who asked for it that it has happened. */
async function close({ input, tell }: Serving): Promise<void> {
  const message = { workflow: myId() };
  const site = getExternalWorkflowHandle(siteWorkflowId(input.site));
  await site.signal(acceptsApplications, { workflow: null }).catch(() => undefined);
  const told = [...tell].map((id) => getExternalWorkflowHandle(id).signal(acceptingStopped, message));
  await Promise.allSettled(told);
}
