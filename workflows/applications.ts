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
import { judging, listenForJudgements } from './applications/judging.ts';
import { lookOnce } from './applications/looking.ts';
import { proposing } from './applications/proposing.ts';
import { reviewing } from './applications/reviewing.ts';
import {
  isOver,
  type ApplicationCounts,
  type ApplicationsCarried,
  type ApplicationsInput,
  type Serving,
} from './applications/serving.ts';
import { carriedOf } from './desk/carry.ts';
import { installDesk } from './desk/desk.ts';
import { myId, myRun, now } from './desk/state.ts';
import { planning, skippable } from './desk/steps.ts';
import { acceptingStopped, acceptsApplications, datesMoved, stopAccepting } from './messages.ts';
import { quick } from './policies.ts';

export type { ApplicationCounts, ApplicationsInput } from './applications/serving.ts';

/** Long before Temporal asks for it, so that each replay after a deploy is short. */
const MOST_EVENTS = 2000;

/** R7: looks for applications until the end of the period, completes, accepts, grants Docker, mails; then closes the form. */
export async function applications(input: ApplicationsInput): Promise<ApplicationCounts> {
  const serving = begin(input);
  const { desk, counts } = serving;
  const semester = input.semester.name;
  const work = async () => {
    serving.site = await planning(desk, 'read-site', () => quick.readSite({ site: input.site }));
    desk.meet(serving.site);
    const scope = new CancellationScope();
    // One by one: all of them have to end, also those that take longer, before this run does.
    const beside = [judging, reviewing, proposing].map((work) => scope.run(() => work(serving)));
    try {
      await Promise.race([untilOverOrFull(serving), Promise.all(beside)]);
    } finally {
      scope.cancel();
      await Promise.allSettled(beside);
    }
    await condition(() => allHandlersFinished() && !desk.state.telling);
    if (!isOver(serving)) return goOn(serving);
    await close(serving);
    await skippable(desk, 'close-form', (ref) => quick.closeForm({ ref, semester }));
    return counts;
  };
  return desk.run(work, async () => {
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
  const desk = installDesk({
    ...{ kind: 'applications', name, startedBy: input.startedBy, phase: 'applications', parent: input.parent },
    carried: carried?.desk,
  });
  const serving: Serving = {
    ...{ desk, input, semester: input.semester, calendar: input.calendar, site: undefined as unknown as SiteView },
    counts: { ...(carried?.counts ?? { accepted: 0, mailed: 0 }) },
    askedAt: carried?.askedAt ?? now(),
    judgements: [...(carried?.judgements ?? [])],
    ...{ review: 'no', changed: 0, busy: 0, tell: new Set() },
  };
  desk.state.dates = datesOf(serving.calendar);
  listenForJudgements(serving);
  setHandler(stopAccepting, (message) => {
    serving.tell.add(message.tell);
  });
  setHandler(datesMoved, (message) => {
    serving.calendar = message.calendar;
    desk.state.dates = datesOf(message.calendar);
  });
  return serving;
}

/** Until the period is over, or the history is full and nobody is asked anything. */
async function untilOverOrFull(serving: Serving): Promise<void> {
  const idle = () => serving.busy === 0 && serving.review === 'no' && serving.desk.state.verdicts.length === 0;
  const full = () => {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return continueAsNewSuggested || historyLength > MOST_EVENTS;
  };
  while (!isOver(serving) && !(full() && idle())) await lookOnce(serving);
}

/** The same in a new run: nothing that people have said is lost. */
function goOn({ input, calendar, counts, askedAt, judgements, desk }: Serving): Promise<never> {
  const carried: ApplicationsCarried = { counts, askedAt, judgements, desk: carriedOf(desk.state) };
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
