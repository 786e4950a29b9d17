import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { StepRef } from '../../activities/types.ts';
import { applicationsWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import { applications } from '../applications.ts';
import { heard } from '../desk/children.ts';
import { handGate } from '../desk/hand-gates.ts';
import { myId, now } from '../desk/state.ts';
import { approvedStep, planning, skippable, step } from '../desk/steps.ts';
import { acceptsApplications } from '../messages.ts';
import { long, quick } from '../policies.ts';
import { ask, lookAtSite, type Run } from '../run.ts';
import { openLogins } from './logins.ts';
import { untilMerged } from './merge.ts';

/** R6: the form, then the post, exactly as it was approved. */
export async function reopen(run: Run): Promise<void> {
  const { desk } = run;
  desk.enter('reopen');
  const [formUrl] = await Promise.all([form(run), lookAtSite(run)]);
  for (let asked = 1; ; asked++) {
    const result = await ask(run, 'publish', {
      plan: () => quick.planPublish({ semester: run.semester, calendar: run.calendar, formUrl }),
    });
    const approved = result.kind === 'approved';
    await Promise.all([asked === 1 && recordBaseline(run), approved && openLogins(run)]);
    if (!approved) return;
    const { digest } = result.plan;
    if ((await approvedStep(desk, 'open-form', (ref) => quick.publishForm({ ref, plan: digest }))) === 'void') continue;
    const post = await approvedStep(desk, 'post', (ref) => long.publishPost({ ref, plan: digest }));
    if (post === 'void') continue;
    await untilMerged(desk, digest, post);
    await skippable(desk, 'page', (ref) => long.awaitPage({ ref, plan: digest }));
    return;
  }
}

const recordBaseline = ({ desk, semester }: Run) => step(desk, 'baseline', () => quick.recordBaseline({ semester }));

/** Where the form is: made by the service, else by a person. */
async function form(run: Run): Promise<string> {
  const { desk, semester } = run;
  const { formUrl } = semester;
  const made = await planning(desk, 'make-form', (ref) => quick.makeForm({ ref, semester }));
  if (made) return String(made.facts['url']);
  if (formUrl) {
    await step(desk, 'form', () => quick.checkForm({ url: formUrl }));
    return formUrl;
  }
  const instructions = await planning(desk, 'form-questions', () =>
    quick.formInstructions({ semester, workflow: semester.name }),
  );
  const { value } = await handGate(desk, 'form', instructions, (url) => quick.checkForm({ url: url ?? '' }));
  return value!;
}

export type Applications = ChildWorkflowHandle<typeof applications>;

/** R7, for months; it outlives a semester that is aborted after publishing. The site hears of it when it is released. */
export async function openApplications(run: Run, round = 1): Promise<Applications> {
  const { desk, input, semester, calendar } = run;
  desk.enter('applications');
  const workflowId = `${applicationsWorkflowId(semester.name)}${round > 1 ? `-${round}` : ''}`;
  const child = await startChild(applications, {
    workflowId,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    staticSummary: `Applications of ${semester.name}`,
    memo: { site: input.site, semester: semester.name },
    args: [{ site: input.site, semester, calendar, startedBy: input.startedBy, parent: myId() }],
  });
  desk.state.children.set(workflowId, []);
  desk.publish();
  return child;
}

/** Where they were ended from outside; nobody holds the site for it. */
async function openAgain(run: Run, ref: StepRef): Promise<Applications> {
  await openFormAgain(run, ref);
  const child = await openApplications(run, ref.round);
  const site = getExternalWorkflowHandle(siteWorkflowId(run.input.site));
  await site.signal(acceptsApplications, { workflow: child.workflowId });
  return child;
}

/** Waits for the end of the period. */
export async function untilApplicationsEnd(run: Run, opened: Applications): Promise<void> {
  const { desk } = run;
  await step(desk, 'applications', async (ref) => {
    const child = ref.round === 1 || ref.byHand ? opened : await openAgain(run, ref);
    const { accepted, mailed } = ref.byHand
      ? { accepted: null, mailed: null }
      : await heard(desk, child.workflowId, child);
    const summary = ref.byHand ? 'ended by hand' : `${accepted} accepted, ${mailed} mailed`;
    return {
      what: 'applications',
      at: now(),
      summary,
      facts: { accepted, mailed },
      how: ref.byHand ? 'by-hand' : 'service',
    };
  });
  desk.state.children.clear();
}

/** Applications that end, however that comes, close the form; where it has been approved it opens as it was. */
async function openFormAgain({ desk, calendar }: Run, ref: StepRef): Promise<void> {
  const plan = desk.state.gates.get('publish')?.plan;
  if (plan && Date.parse(calendar.applicationsUntil) > Date.now()) await quick.publishForm({ ref, plan: plan.digest });
}
