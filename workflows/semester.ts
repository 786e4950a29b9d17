import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { phasesOf, type Phase } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import type { SemesterInput } from '../domain/semester.ts';
import type { OperatorContext } from './operator/context.ts';
import { installOperatorContext } from './operator/install.ts';
import { myId, myRun } from './operator/state.ts';
import { reasonOf, runStep } from './operator/steps.ts';
import { requestGrant, type Grant } from './grants.ts';
import { announce } from './phases/notice.ts';
import { backUp, drain, wipe } from './phases/clean.ts';
import { gatedStep } from './phases/gated-step.ts';
import { endOldApplications, lockOut } from './phases/lockout.ts';
import { openUnlessWiped } from './phases/logins.ts';
import { openApplications, reopen, untilApplicationsEnd, type Applications } from './phases/reopen.ts';
import { updateFleet } from './phases/update.ts';
import { long, patient, persistent, quick } from './policies.ts';
import { begin } from './begin.ts';
import type { Run } from './run.ts';
import { approvalLines } from './operator/visibility.ts';

export interface SemesterResult {
  readonly outcome: 'finished' | 'aborted';
  readonly proofs: readonly Proof[];
}

/** The runbook R1 to R8, from the first notice to the last application. */
export async function semester(input: SemesterInput): Promise<SemesterResult> {
  const { name, keep } = input.semester;
  const operator = installOperatorContext({
    kind: 'semester',
    name,
    startedBy: input.startedBy,
    phase: 'notice',
    keep,
  });
  let run: Run | undefined;

  return operator.run(
    async () => {
      run = await begin(operator, input);
      const todo = (phase: Phase) => isAtOrAfter(run!, phase, input.from);

      let site: Grant;
      for (let removed = false; !removed;) {
        if (todo('notice')) await announce(run); //                          R1.1, R1.2
        // The site may be held for weeks: dates that move meanwhile are announced first.
        const { moved: seen } = run;
        site = await holdSite(run);
        try {
          removed = !todo('wipe') || (await lockOut(run, { seen })); //      R1.3
        } finally {
          if (!removed) await site.release();
        }
      }
      let applications: Applications | undefined;
      try {
        if (run.semester.order === 'update-first' && todo('update')) await updateFleet(run);
        if (todo('prune') || todo('update') || todo('wipe')) await drain(run, !todo('drain')); // R3
        if (todo('wipe')) {
          await backUp(run, !todo('backup')); //                             R4
          await wipe(run); //                                                R5
        }
        if (todo('prune')) await prune(run); //                              R4
        if (run.semester.order === 'wipe-first' && todo('update')) await updateFleet(run); // R2, R8
        if (todo('reopen')) await reopen(run); //                            R6
        applications = await openApplications(run); //                       R7
      } finally {
        // In one signal: the next holder of the site must know which workflow accepts applications.
        await site!.release(applications?.workflowId);
      }
      await untilApplicationsEnd(run, applications);
      return report(operator, { outcome: 'finished', why: '' });
    },
    async (why) => {
      const tidy = (host: string) => quick.tidyHost({ workflow: myRun(), host }).catch(() => undefined);
      const { hosts = [], storage, replica } = run?.site ?? {};
      await Promise.all([...hosts, storage, replica].flatMap((host) => (host ? [tidy(host)] : [])));
      const closed = run ? await openUnlessWiped(run) : [];
      return report(operator, { outcome: 'aborted', why }, closed);
    },
  );
}

/** R4: deletes backups older than two quarters, as approved. */
const prune = (run: Run) =>
  gatedStep(run, 'prune', {
    plan: () => quick.planPrune({ semester: run.semester, backup: run.backup }),
    act: (ref, plan) => long.prune({ ref, plan }),
  });

/** With `--from`, earlier phases are only verified: later phases still require their proofs. */
function isAtOrAfter(run: Run, phase: Phase, from: Phase | undefined): boolean {
  const order = phasesOf(run.semester.order);
  return from === undefined || order.indexOf(phase) >= order.indexOf(from);
}

/**
 * Holds the site until the post: no other workflow may use group, homepage and fleet. Ends the last period's
 * applications.
 */
async function holdSite(run: Run): Promise<Grant> {
  const { operator, input } = run;
  operator.enter('waiting-for-site');
  const { result: grant } = await runStep(operator, { name: 'hold-site', phase: 'lockout' }, () =>
    requestGrant(operator, 'site', input.site, input.site, 'semester'),
  );
  if (grant.applications) await endOldApplications(operator, grant.applications);
  return grant;
}

/** The closing report: exports the history for an audit and mails every proof to every approver. */
async function report(
  operator: OperatorContext,
  ended: { readonly outcome: SemesterResult['outcome']; readonly why: string },
  first: readonly string[] = [],
): Promise<SemesterResult> {
  const { outcome } = ended;
  operator.enter('report');
  const { steps: known, name, webhook } = operator.state;
  const steps = [...known.values()];
  const proofs = steps.flatMap((s) => (s.proof ? [s.proof] : []));
  const about = { workflow: myId(), semester: name, kind: 'report' as const, about: 'semester' };
  await CancellationScope.nonCancellable(async () => {
    const lines = [
      ...first,
      ...steps.map((s) => `${s.step}: ${s.proof?.summary ?? `${s.state}${s.reason ? `, ${s.reason}` : ''}`}`),
      ...approvalLines(operator.state),
      ...(await exportLines(name)),
    ];
    if (webhook)
      patient.notifyWebhook({ ...about, round: 1, counts: { proofs: proofs.length }, commands: [] }).catch(() => {});
    await persistent.notifyApprovers({
      ...about,
      key: `report:${outcome}:${myRun()}`,
      headline: '',
      ended,
      lines,
      commands: [],
    });
  }).catch(() => undefined);
  operator.enter(outcome === 'finished' ? 'done' : 'aborted');
  return { outcome, proofs };
}

/** The report lines of the export, with its digest, which exposes later changes of the file, and of data that the service cannot delete. */
async function exportLines(semester: string): Promise<readonly string[]> {
  try {
    const { file, digest, left } = await quick.exportHistory({ semester, workflow: myId(), run: workflowInfo().runId });
    return [`history exported to ${file}, ${digest}; check it: semester audit ${semester}`, ...left];
  } catch (error) {
    return [`the history could not be exported: ${reasonOf(error)}`];
  }
}
