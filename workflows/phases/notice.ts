import { runStep } from '../operator/steps.ts';
import { waitUntil } from '../operator/wait.ts';
import { long, mailing } from '../policies.ts';
import { mailUntilStopped, wasStopped } from './mailing.ts';
import { semesterGate, type Run } from '../run.ts';

/**
 * R1.1 and R1.2: sends the notices before the deadline, each at its time (or late, after a downtime), then waits for
 * the deadline and sends its mail. If a date moves, it starts again, with a correction if notices named the old date.
 */
export async function announce(run: Run): Promise<void> {
  const { operator } = run;
  operator.enter('notice');
  for (;;) {
    const seen = run.moved;
    const moved = () => run.moved !== seen;
    const notice = dueNotices(run)[0];
    if (notice) {
      await notify(run, notice, moved);
    } else if (await waitUntil(operator, 'the deadline', () => run.calendar.deadline, moved)) {
      const plan = run.noticePlan!;
      const step = { name: 'deadline-mail', phase: 'notice', approved: true } as const;
      const mailed = await runStep(operator, step, (ref) =>
        mailUntilStopped(operator, moved, () => mailing.sendDeadlineMails({ ref, plan, keep: operator.state.exempt })),
      );
      if (mailed.status === 'void') await askAgain(run, moved);
      // New dates that came with the last mails begin anew.
      else if (!wasStopped(mailed.result) && !moved()) return;
    }
  }
}

/** The approval of the notices has ended before the deadline: people approve the mails once more. */
async function askAgain(run: Run, moved: () => boolean): Promise<void> {
  const index = run.calendar.notices.length - 1;
  const result = await semesterGate(run, 'notice', {
    phase: 'notice',
    plan: () => planNotices(run, index),
    interrupted: moved,
    askEmpty: true,
  });
  if (result.kind === 'approved') run.noticePlan = result.plan.digest;
}

interface DueNotice {
  readonly index: number;
  readonly at: string;
}

/** Unsent notices, earliest first. A correction is due at once and replaces the notices that were due before it. */
function dueNotices(run: Run): DueNotice[] {
  const { corrects, calendar, edition } = run;
  return calendar.notices
    .map((at, index) => ({ index, at: corrects && index === 0 ? corrects.at : at }))
    .filter(({ index, at }) => !run.sent.has(`${edition}:${index}`) && (index === 0 || !corrects || at > corrects.at));
}

async function notify(run: Run, { index, at }: DueNotice, moved: () => boolean): Promise<void> {
  // New dates in the meantime begin another edition, of which nothing is sent yet.
  const { operator, edition } = run;
  const due = () => waitUntil(operator, `notice ${index + 1}`, () => at, moved);
  // The approval of the first notice covers later ones, unless their text or recipients change.
  if (run.noticePlan && index > 0 && !(await due())) return;
  const result = await semesterGate(run, 'notice', {
    phase: 'notice',
    plan: () => planNotices(run, index),
    hold: due,
    interrupted: moved,
    approvedBefore: run.noticePlan ?? undefined,
    remindFrom: run.calendar.noticeGateOpens,
  });
  if (result.kind !== 'approved' && result.kind !== 'empty') return;
  run.noticePlan = result.plan.digest;
  if (result.kind === 'approved') {
    const ledger = run.corrects ? `correction-mail-${run.edition}-${index}` : `notice-mail-${index}`;
    const plan = result.plan.digest;
    run.lastNotice = { plan, index };
    run.noticed = true;
    const mailed = await runStep(operator, { name: ledger, phase: 'notice', approved: true }, (ref) =>
      mailUntilStopped(operator, moved, () => mailing.sendNotices({ ref, plan, index, waived: result.waived })),
    );
    if (mailed.status === 'void') {
      run.noticePlan = null;
      return;
    }
    // Plan the notice again: a changed text needs a new approval and goes to the remaining recipients.
    if (wasStopped(mailed.result)) return;
  }
  run.sent.add(`${edition}:${index}`);
}

/** Measures homes and Docker data first, because the plan contains their sizes. */
async function planNotices(run: Run, index: number) {
  const { semester, calendar, edition, corrects, operator } = run;
  const ref = { workflow: operator.state.name, step: 'measure-usage', round: 1, byHand: false };
  const { digest: usage } = await long.measureUsage({ ref });
  const keep = run.operator.state.exempt;
  return long.planNotices({
    semester,
    calendar,
    edition,
    keep,
    usage,
    index,
    ...(corrects && { corrects: corrects.deadline }),
  });
}
