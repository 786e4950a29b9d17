import { condition, isCancellation, setHandler } from '@temporalio/workflow';
import { whyNotJudgement, type Judgement } from '../../domain/judgement.ts';
import { asObject } from '../operator/forward.ts';
import { firstRun, myId, recordAccepted, recordRefused } from '../operator/state.ts';
import { reasonOf } from '../operator/steps.ts';
import { judge } from '../messages.ts';
import { glance } from '../policies.ts';
import { beside, type Serving } from './state.ts';

const OVER = 'applications have ended: nobody is let in or rejected any more';

/** Takes what approvers decide about single applicants; what has no right shape is refused at once. */
export function listenForJudgements(serving: Serving): void {
  const { operator, judgements } = serving;
  const take = (raw: Judgement) => {
    const message = asObject(raw);
    const why = serving.closed ? OVER : whyNotJudgement(message, Date.now());
    if (why === null) judgements.push(raw);
    else recordRefused(operator.state, 'judge', message['by'], why);
    operator.updateVisibility();
  };
  setHandler(judge, take, {
    description: 'decide about applicants: {verdict: "approve" | "reject", users, by, reason?, at, signature?}',
  });
}

/** Says to whoever decided too late that nobody looks at it any more. */
export function refuseJudgements({ operator, judgements }: Serving): void {
  for (const { by } of judgements.splice(0)) recordRefused(operator.state, 'judge', by, OVER);
}

/** Checks and records decisions one after the other, for as long as applications are looked at. */
export async function judging(serving: Serving): Promise<never> {
  const { operator, judgements } = serving;
  for (;;) {
    await condition(() => judgements.length > 0);
    const [judgement] = judgements;
    if (judgement) await beside(serving, () => judgeOne(serving, judgement));
    judgements.shift();
    // The list that people are asked about may have become another one.
    operator.state.keptVersion++;
    serving.changed++;
    operator.updateVisibility();
  }
}

async function judgeOne({ operator, semester }: Serving, judgement: Judgement): Promise<void> {
  const { state } = operator;
  const { by } = judgement;
  if (!state.approvers.includes(by)) {
    recordRefused(state, 'judge', by, `${by} is not an approver of this site (${state.approvers.join(', ')})`);
    return;
  }
  try {
    const where = { workflow: myId(), run: firstRun(), signed: state.signed };
    const proof = await glance.judgeApplicants({ semester, judgement, ...where });
    recordAccepted(state, 'judge', by, proof.summary);
  } catch (error) {
    if (isCancellation(error)) throw error;
    recordRefused(state, 'judge', by, reasonOf(error));
  }
}
