import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { applicationsWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import { applications } from '../applications.ts';
import { awaitChild } from '../operator/children.ts';
import { handGate } from '../operator/hand-gates.ts';
import { myId, now } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { requestGrant } from '../grants.ts';
import { acceptsApplications, datesMoved } from '../messages.ts';
import { long, quick } from '../policies.ts';
import { semesterGate, refreshSite, type Run } from '../run.ts';
import { openLogins } from './logins.ts';
import { untilMerged } from './merge.ts';
import type { Proof } from '../../domain/proof.ts';
import type { StepRef } from '../../domain/step.ts';

/** R6: publishes the form, then the post, exactly as approved; opens logins in between. */
export async function reopen(run: Run): Promise<void> {
  const { operator } = run;
  operator.enter('reopen');
  const [formUrl] = await Promise.all([form(run), refreshSite(run, 'reopen')]);
  for (let asked = 1; ; asked++) {
    const result = await semesterGate(run, 'publish', {
      phase: 'reopen',
      plan: () => quick.planPublish({ semester: run.semester, calendar: run.calendar, formUrl }),
    });
    const approved = result.kind === 'approved';
    await Promise.all([asked === 1 && recordBaseline(run), approved && openLogins(run)]);
    if (!approved) return;
    const { digest } = result.plan;
    const opened = await runStep(operator, { name: 'open-form', phase: 'reopen', approved: true }, (ref) =>
      quick.publishForm({ ref, plan: digest }),
    );
    if (opened.status === 'void') continue;
    const post = await runStep(operator, { name: 'post', phase: 'reopen', approved: true }, (ref) =>
      long.publishPost({ ref, plan: digest }),
    );
    if (post.status === 'void') continue;
    await untilMerged(operator, digest, post.result);
    await runStep(operator, { name: 'page', phase: 'reopen', skippable: true }, (ref) =>
      long.awaitPage({ ref, plan: digest }),
    );
    return;
  }
}

const recordBaseline = ({ operator, semester }: Run) =>
  runStep(operator, { name: 'baseline', phase: 'reopen' }, () => quick.recordBaseline({ semester }));

/** The address of the form, which the service makes, or else a person. */
async function form(run: Run): Promise<string> {
  const { operator, semester } = run;
  const { formUrl } = semester;
  const { result: made } = await runStep(operator, { name: 'make-form', phase: 'reopen' }, (ref) =>
    quick.makeForm({ ref, semester }),
  );
  if (made) return made.facts.url;
  if (formUrl) {
    await runStep(operator, { name: 'form', phase: 'reopen' }, () => quick.checkForm({ url: formUrl }));
    return formUrl;
  }
  const { result: instructions } = await runStep(operator, { name: 'form-questions', phase: 'reopen' }, () =>
    quick.formInstructions({ semester, workflow: semester.name }),
  );
  const checked = await handGate(operator, { name: 'form', phase: 'reopen', instructions, value: 'URL' }, (url) =>
    quick.checkForm({ url: url ?? '' }),
  );
  return checked.facts.url;
}

export type Applications = ChildWorkflowHandle<typeof applications>;

/**
 * R7: starts the applications, which run for months and outlive a semester that is aborted. The release of the site
 * names them.
 */
export async function openApplications(run: Run): Promise<Applications> {
  run.operator.enter('applications');
  const step = { name: 'open-applications', phase: 'applications' } as const;
  const { result } = await runStep(run.operator, step, () => startApplications(run));
  return result;
}

async function startApplications(run: Run, round = 1): Promise<Applications> {
  const { operator, input, semester, calendar } = run;
  const workflowId = `${applicationsWorkflowId(semester.name)}${round > 1 ? `-${round}` : ''}`;
  const child = await startChild(applications, {
    workflowId,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    staticSummary: `Applications of ${semester.name}`,
    memo: { site: input.site, semester: semester.name },
    args: [{ site: input.site, semester, calendar, startedBy: input.startedBy, parent: myId() }],
  }).catch((error: unknown) => {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw ApplicationFailure.nonRetryable(
      `${workflowId} already runs, from an earlier semester of this name. End it, then retry: semester abort ${workflowId} --by YOU --reason WHY`,
      'AlreadyStarted',
    );
  });
  operator.state.children.set(workflowId, []);
  operator.updateVisibility();
  // Dates that moved while it started have signalled nobody.
  if (run.calendar !== calendar) await child.signal(datesMoved, { calendar: run.calendar }).catch(() => undefined);
  return child;
}

/** Tells the site who accepts applications now. This needs no grant, unless somebody ended the site's workflow. */
async function tellSite({ operator, input }: Run, workflow: string): Promise<void> {
  const site = getExternalWorkflowHandle(siteWorkflowId(input.site));
  const isTold = await site.signal(acceptsApplications, { workflow }).then(
    () => true,
    () => false,
  );
  if (isTold) return;
  const grant = await requestGrant(operator, 'site', input.site, input.site, 'applications');
  await grant.release(workflow);
}

/** R7: waits until the applications end, at the end of the period. They start again if they were ended from outside. */
export async function untilApplicationsEnd(run: Run, opened: Applications): Promise<void> {
  const { operator } = run;
  // Two must never accept applicants at once: a round that fails before they end leaves them running, and the next one finds them.
  let running: Applications | null = opened;
  const untilTheyEnd = async (ref: StepRef) => {
    if (running === null) {
      await openFormAgain(run, ref);
      running = await startApplications(run, ref.round);
    }
    const { workflowId } = running;
    if (ref.round > 1) await tellSite(run, workflowId);
    return await awaitChild(operator, workflowId, running).finally(() => {
      running = null;
    });
  };
  await runStep(
    operator,
    { name: 'applications', phase: 'applications' },
    async (ref): Promise<Proof<'applications'>> => {
      const { accepted, mailed } = ref.byHand ? { accepted: null, mailed: null } : await untilTheyEnd(ref);
      const summary = ref.byHand ? 'ended by hand' : `${accepted} accepted, ${mailed} mailed`;
      return {
        what: 'applications',
        at: now(),
        summary,
        facts: { accepted, mailed },
        how: ref.byHand ? 'by-hand' : 'service',
      };
    },
  );
  operator.state.children.clear();
}

/** Opens the form again as approved: applications close it whenever they end. */
async function openFormAgain({ operator, calendar }: Run, ref: StepRef): Promise<void> {
  const plan = operator.state.gates.get('publish')?.plan;
  if (plan && Date.parse(calendar.applicationsUntil) > Date.now()) await quick.publishForm({ ref, plan: plan.digest });
}
