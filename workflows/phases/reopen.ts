import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { applicationsWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import { applications } from '../applications.ts';
import { gate, handGate } from '../desk/gates.ts';
import { myId } from '../desk/state.ts';
import { step } from '../desk/steps.ts';
import { acceptsApplications } from '../messages.ts';
import { long, quick } from '../policies.ts';
import { lookAtSite, type Run } from '../run.ts';

/** R6: the form, then the post, exactly as it was approved. */
export async function reopen(run: Run): Promise<void> {
  const { desk } = run;
  desk.enter('reopen');
  const site = await lookAtSite(run);
  const formUrl = await form(run);
  const result = await gate(desk, 'publish', {
    site,
    plan: () => quick.planPublish({ semester: run.semester, calendar: run.calendar, formUrl }),
  });
  await step(desk, 'baseline', () => quick.recordBaseline({ semester: run.semester }));
  if (result.kind !== 'approved') return;
  await step(desk, 'post', (ref) => long.publishPost({ ref, plan: result.plan.digest }));
}

async function form(run: Run): Promise<string> {
  const { desk, semester } = run;
  const { formUrl } = semester;
  if (formUrl) {
    await step(desk, 'form', () => quick.checkForm({ url: formUrl }));
    return formUrl;
  }
  const instructions = await quick.formInstructions({ semester, workflow: semester.name });
  const { value } = await handGate(desk, 'form', instructions, (url) => quick.checkForm({ url: url ?? '' }));
  return value!;
}

/** R7, for months; it outlives a semester that is aborted after publishing. */
export async function openApplications(run: Run): Promise<ChildWorkflowHandle<typeof applications>> {
  const { desk, input, semester, calendar } = run;
  desk.enter('applications');
  const workflowId = applicationsWorkflowId(semester.name);
  const child = await startChild(applications, {
    workflowId,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    staticSummary: `Applications of ${semester.name}`,
    args: [{ site: input.site, semester, calendar, startedBy: input.startedBy, parent: myId() }],
  });
  desk.state.children.set(workflowId, []);
  desk.publish();
  await getExternalWorkflowHandle(siteWorkflowId(input.site)).signal(acceptsApplications, { workflow: workflowId });
  return child;
}
