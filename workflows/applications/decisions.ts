import { condition, isCancellation } from '@temporalio/workflow';
import { applicantVerdictRefusal, type ApplicantVerdict } from '../../domain/judgement.ts';
import { strangerRefusal } from '../../domain/verdict.ts';
import { onSignal } from '../operator/receive.ts';
import { firstRun, myId, recordAccepted, recordRefused } from '../operator/state.ts';
import { reasonOf } from '../operator/steps.ts';
import { judge } from '../messages.ts';
import { interactive } from '../policies.ts';
import { whileBusy, type ApplicationsState } from './state.ts';

const OVER = 'applications have ended: applicants can no longer be accepted or rejected';

/** Installs the handler of `judge`: queues verdicts on single applicants and refuses malformed ones at once. */
export function installDecisionHandler(state: ApplicationsState): void {
  const { operator, verdicts } = state;
  const take = (message: ApplicantVerdict) => {
    const why = state.closed ? OVER : applicantVerdictRefusal(message, Date.now());
    if (why === null) verdicts.push(message);
    else recordRefused(operator.state, 'judge', message.by, why);
    operator.updateVisibility();
  };
  const what = 'decide about applicants: {verdict: "approve" | "reject", users, by, reason?, at, signature?}';
  onSignal(operator, judge, take, what);
}

/** Refuses queued verdicts after the end of applications. */
export function refuseDecisions({ operator, verdicts }: ApplicationsState): void {
  for (const { by } of verdicts.splice(0)) recordRefused(operator.state, 'judge', by, OVER);
}

/** Verifies and records verdicts one at a time while applications run. */
export async function recordDecisions(state: ApplicationsState): Promise<never> {
  const { operator, verdicts } = state;
  for (;;) {
    await condition(() => verdicts.length > 0);
    const [verdict] = verdicts;
    if (verdict) await whileBusy(state, () => recordOne(state, verdict));
    verdicts.shift();
    // The verdict may have changed the list of an open gate.
    operator.state.replanVersion++;
    state.changed++;
    operator.updateVisibility();
  }
}

async function recordOne({ operator, semester }: ApplicationsState, verdict: ApplicantVerdict): Promise<void> {
  const { state } = operator;
  const { by } = verdict;
  const stranger = strangerRefusal(by, state.approvers ?? []);
  if (stranger !== null) return recordRefused(state, 'judge', by, stranger);
  try {
    const where = { workflow: myId(), run: firstRun(), signed: state.signed };
    const proof = await interactive.judgeApplicants({ semester, judgement: verdict, ...where });
    recordAccepted(state, 'judge', by, proof.summary);
  } catch (error) {
    if (isCancellation(error)) throw error;
    recordRefused(state, 'judge', by, reasonOf(error));
  }
}
