import { runStep } from '../operator/steps.ts';
import { waitUntil } from '../operator/wait.ts';
import { long, mailing } from '../policies.ts';
import { mailUntilPaused, wasStopped } from './mailing.ts';
import { semesterGate, type Run } from '../run.ts';

/**
 * R1.1 and R1.2: the notices before the deadline, each at its time (or late, after a downtime), then the deadline and its
 * mail. A date that moves in between starts over: with a correction where notices named another date.
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
      let mailed;
      do {
        mailed = await runStep(operator, { name: 'deadline-mail', phase: 'notice' }, (ref) =>
          mailUntilPaused(operator, () => mailing.sendDeadlineMails({ ref, plan, keep: operator.state.exempt })),
        );
      } while (wasStopped(mailed.result));
      return;
    }
  }
}

interface DueNotice {
  readonly index: number;
  readonly at: string;
}

/** Not sent yet, earliest first. A correction goes out at once; what was due before it is covered by it. */
function dueNotices(run: Run): DueNotice[] {
  const { corrects, calendar, edition } = run;
  return calendar.notices
    .map((at, index) => ({ index, at: corrects && index === 0 ? corrects.at : at }))
    .filter(({ index, at }) => !run.sent.has(`${edition}:${index}`) && (index === 0 || !corrects || at > corrects.at));
}

async function notify(run: Run, { index, at }: DueNotice, moved: () => boolean): Promise<void> {
  const { operator } = run;
  const due = () => waitUntil(operator, `notice ${index + 1}`, () => at, moved);
  // A later notice goes out by the approval of the first, unless what or whom it tells has changed by then.
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
    const mailed = await runStep(operator, { name: ledger, phase: 'notice' }, (ref) =>
      mailUntilPaused(operator, () => mailing.sendNotices({ ref, plan, index, waived: result.waived })),
    );
    // After the pause it is planned again: a text that was changed meanwhile is approved anew, and goes to the rest.
    if (wasStopped(mailed.result)) return;
  }
  run.sent.add(`${run.edition}:${index}`);
}

/** The plan holds sizes of homes and Docker data, so they are measured for it. */
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
