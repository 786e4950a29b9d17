import { CancellationScope, CancelledFailure, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { Proof } from '../domain/proof.ts';
import type { Kept } from '../domain/site.ts';
import type { OperatorContext } from './operator/context.ts';
import { installOperatorContext } from './operator/install.ts';
import { runStep } from './operator/steps.ts';
import { myRun, now } from './operator/state.ts';
import { holdingHost } from './grants.ts';
import { budgetSpent } from './messages.ts';
import { long, quick } from './policies.ts';
import { untilIdle, withLoginsClosed } from './update/maintenance.ts';
import { activateRoot, fullImageOf, stageRoot } from './update/follower.ts';

export interface HostUpdateInput {
  readonly site: string;
  readonly host: string;
  readonly leader: string;
  readonly image: Proof<'image'>;
  readonly keep: readonly Kept[];
  readonly approvers: { readonly names: readonly string[]; readonly remindEveryMs: number; readonly webhook: boolean };
  readonly startedBy: string;
  readonly parent: string;
  /** What people type: the workflow's own id. */
  readonly name: string;
  /** The image lies there already, and `root.new` of it. */
  readonly prepared: boolean;
  /** A person says that it runs the image: look. */
  readonly byHand: boolean;
  /** Between semesters people work there: how long their GPU jobs may go on. Null: no session is left. */
  readonly waitForJobsMs: number | null;
}

/**
 * What became of a follower. `rolled-back`: it boots its old root again; `failed`: its state is unknown; the roll-out decides about the rest.
 * `prepared`, `not-prepared`: it was left as it is, since the failure budget was spent.
 */
export interface HostUpdateResult {
  readonly state: 'updated' | 'rolled-back' | 'failed' | 'deferred' | 'prepared' | 'not-prepared';
  readonly proof: Proof | null;
  readonly reason: string | null;
}

/** Failures that count against the roll-out's budget. */
const FAILED = ['RolledBack', 'VerificationFailed'] as const;

/** How far it is, and whether the roll-out still wants it. */
interface Turn {
  prepared: boolean;
  /** People are taken out from here on: there is no way back but the guard's. */
  begun: boolean;
  spent: boolean;
}

/** R8 on one follower: receive while people work, then, holding the host: drain, swap, reboot, prove. */
export async function hostUpdate(input: HostUpdateInput): Promise<HostUpdateResult> {
  const { host } = input;
  const operator = installOperatorContext({ ...input, kind: 'update', phase: 'update' });
  operator.state.approvers = input.approvers.names;
  operator.state.remindEveryMs = input.approvers.remindEveryMs;
  operator.state.webhook = input.approvers.webhook;
  const turn: Turn = { prepared: input.prepared, begun: false, spent: false };
  setHandler(budgetSpent, () => {
    turn.spent = true;
  });
  return operator.run<HostUpdateResult>(
    () => unlessBudgetSpent(turn, () => follow(operator, input, turn)),
    async (why) => {
      await quick.tidyHost({ workflow: myRun(), host }).catch(() => undefined);
      return { state: 'failed', proof: null, reason: `was left alone: ${why}` };
    },
  );
}

/** Whatever it waits for when the budget is spent, the hours of reboots, a GPU job, a person or the host, is waited for no more. */
async function unlessBudgetSpent(turn: Turn, work: () => Promise<HostUpdateResult>): Promise<HostUpdateResult> {
  const scope = new CancellationScope();
  const working = scope.run(work);
  const stop = () => turn.spent && !turn.begun;
  await Promise.race([working, condition(stop)]);
  if (stop()) scope.cancel();
  try {
    return await working;
  } catch (error) {
    if (!isCancellation(error) || !stop() || CancellationScope.current().consideredCancelled) throw error;
    const reason = 'left as it is: so many other hosts have failed';
    return { state: turn.prepared ? 'prepared' : 'not-prepared', proof: null, reason };
  }
}

async function follow(operator: OperatorContext, input: HostUpdateInput, turn: Turn): Promise<HostUpdateResult> {
  const { host, image, site, keep } = input;
  const full = fullImageOf(operator, input);
  const prepare = !input.prepared && !input.byHand;
  if (prepare) {
    const staged = await runStep(operator, { name: `prepare-${host}`, phase: 'update', skippable: true }, (ref) =>
      stageRoot(long, ref, input, { full }),
    );
    if (staged.status === 'skipped') return deferred(input);
  }
  turn.prepared = true;
  if (input.waitForJobsMs !== null && !input.byHand) {
    const occupied = { ...input, waitForJobsMs: input.waitForJobsMs, inWindow: true };
    if (!(await untilIdle(operator, occupied))) return deferred(input);
  }
  const boot = { name: `boot-${host}`, phase: 'update', skippable: true, answers: FAILED } as const;
  const booted = await runStep(operator, boot, async ({ byHand, ...rest }) => {
    const ref = { ...rest, byHand: byHand || input.byHand };
    // A person who fixed the host for another try may have deleted the staged root.
    if (ref.round > 1 && !ref.byHand) await stageRoot(long, ref, input, { full });
    return holdingHost(operator, host, site, `boot into ${image.facts.name}`, async () => {
      turn.begun ||= !turn.spent;
      if (!turn.begun) throw new CancelledFailure('the failure budget is spent');
      if (input.waitForJobsMs !== null) return withLoginsClosed(input, ref, () => activateRoot(long, ref, input));
      await long.drainHost({ ref, host, keep });
      return activateRoot(long, ref, input);
    });
  });
  switch (booted.status) {
    case 'done':
      return { state: 'updated', proof: booted.result, reason: null };
    case 'skipped':
      return deferred(input);
    case 'failed':
      return { state: booted.type === 'RolledBack' ? 'rolled-back' : 'failed', proof: null, reason: booted.reason };
  }
}

/** People have passed it over: its `host/<name>` keeps the image for it, and catches up when it is back. */
async function deferred({ host, site, image, leader, keep }: HostUpdateInput): Promise<HostUpdateResult> {
  const { name } = image.facts;
  await quick.deferTask({ host, site, task: { kind: 'image', image, leader, keep } });
  const summary = `the image ${name} is deferred: ${host} gets it later`;
  const proof: Proof<'image-deferred'> = {
    what: 'image-deferred',
    at: now(),
    summary,
    facts: { host, image: name },
    how: 'service',
  };
  return { state: 'deferred', proof, reason: null };
}
