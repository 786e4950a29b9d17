import { CancellationScope, CancelledFailure, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { Proof } from '../domain/proof.ts';
import type { Exemption } from '../domain/site.ts';
import type { OperatorContext } from './operator/context.ts';
import { installOperatorContext } from './operator/install.ts';
import { failureType, reasonOf, runStep } from './operator/steps.ts';
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
  readonly keep: readonly Exemption[];
  readonly approvers: { readonly names: readonly string[]; readonly remindEveryMs: number; readonly webhook: boolean };
  readonly startedBy: string;
  readonly parent: string;
  /** Name in commands: the workflow's own id. */
  readonly name: string;
  /** The host already has the image and its `root.new`. */
  readonly prepared: boolean;
  /** A person reported that the host runs the image: only verify it. */
  readonly byHand: boolean;
  /** Between semesters: how long to wait for GPU jobs. Null: the host has no sessions. */
  readonly waitForJobsMs: number | null;
}

/**
 * The result of a follower's update. `rolled-back`: it runs its old root again; `failed`: its state is unknown.
 * `prepared`, `not-prepared`: the failure budget was spent, so the host was not changed further. `not-permitted`: the approval has
 * ended, and the roll-out asks for it anew. The roll-out decides about the other hosts.
 */
export interface HostUpdateResult {
  readonly state: 'updated' | 'rolled-back' | 'failed' | 'deferred' | 'prepared' | 'not-prepared' | 'not-permitted';
  readonly proof: Proof | null;
  readonly reason: string | null;
}

/** Failures that the roll-out handles: the first two count against its budget, after the third it asks for the approval anew. */
const HANDLED = ['RolledBack', 'VerificationFailed', 'NoGrant'] as const;

/** Progress of the update, and whether the failure budget is spent. */
interface Turn {
  prepared: boolean;
  /** Sessions end from here on; only the guard can revert the host. */
  begun: boolean;
  spent: boolean;
}

/**
 * R8 on one follower: receives the image while people work; then holds the host, drains it, swaps the root, reboots and
 * verifies.
 */
export async function hostUpdate(input: HostUpdateInput): Promise<HostUpdateResult> {
  const { host } = input;
  const operator = installOperatorContext({
    ...input,
    kind: 'update',
    phase: 'update',
    approvers: input.approvers.names,
  });
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
      return { state: 'failed', proof: null, reason: `the update was aborted: ${why}` };
    },
  );
}

/**
 * Runs `work`. If the budget is spent before sessions end, it stops waiting (for the window, a GPU job, a person or the
 * host).
 */
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
    const reason = 'not updated: the failure budget is spent by other hosts';
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
  const boot = { name: `boot-${host}`, phase: 'update', skippable: true, answers: HANDLED } as const;
  const booted = await runStep(operator, boot, async ({ byHand, ...rest }) => {
    const ref = { ...rest, byHand: byHand || input.byHand };
    // A person who fixed the host before `retry` may have deleted the staged root.
    if (ref.round > 1 && !ref.byHand) await stageRoot(long, ref, input, { full });
    return holdingHost(operator, host, site, `boot into ${image.facts.name}`, async () => {
      turn.begun ||= !turn.spent;
      if (!turn.begun) throw new CancelledFailure('the failure budget is spent');
      if (input.waitForJobsMs !== null) return withLoginsClosed(input, ref, long, () => activateRoot(long, ref, input));
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
      return { state: STATE_OF[booted.type], proof: null, reason: booted.reason };
  }
}

const STATE_OF = { RolledBack: 'rolled-back', VerificationFailed: 'failed', NoGrant: 'not-permitted' } as const;

/** Approvers skipped the host: its image becomes a deferred task of `host/<name>`. */
async function deferred({
  host,
  site,
  image,
  leader,
  keep,
  waitForJobsMs,
}: HostUpdateInput): Promise<HostUpdateResult> {
  const { name } = image.facts;
  const inWindow = waitForJobsMs !== null && ({ inWindow: true } as const);
  try {
    await quick.deferTask({ host, site, task: { kind: 'image', image, leader, keep, ...inWindow } });
  } catch (error) {
    if (failureType(error) !== 'NoGrant') throw error;
    return { state: 'not-permitted', proof: null, reason: reasonOf(error) };
  }
  const summary = `the image ${name} is deferred: ${host} gets it when it is back`;
  const proof: Proof<'image-deferred'> = {
    what: 'image-deferred',
    at: now(),
    summary,
    facts: { host, image: name },
    how: 'service',
  };
  return { state: 'deferred', proof, reason: null };
}
