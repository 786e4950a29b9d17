import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { Claim } from '../../domain/grant.ts';
import type { Phase } from '../../domain/names.ts';
import type { PlanDiff, Planned, PlanRef } from '../../domain/plan.ts';
import type { SiteView } from '../../domain/site.ts';
import type { GateStatus } from '../../domain/status.ts';
import { stillHasQuorum } from '../../domain/verdict.ts';
import { quick } from '../policies.ts';
import type { OperatorContext } from './context.ts';
import { firstRun, myId, now, signatureKey } from './state.ts';
import { abortCommand, reasonOf, runStep } from './steps.ts';
import { askAndWait } from './wait.ts';
import type { PlanGate } from '../../domain/gates/index.ts';

export interface GateOptions {
  /** The phase of the steps that make the plan. */
  readonly phase: Phase;
  readonly site: SiteView;
  /**
   * Makes the plan from the current state; runs again right before acting. Each plan reads the site again, so changes
   * of approvers and quorum take effect.
   */
  readonly plan: () => Promise<Planned>;
  /** After approval, waits until it is time to act; returns false if interrupted. */
  readonly hold?: () => Promise<boolean>;
  /** Whether the question became obsolete (by a new date): the gate closes without a verdict then. */
  readonly interrupted?: () => boolean;
  /** Digest of a plan that was approved before; the gate does not ask about it again. */
  readonly approvedBefore?: string | undefined;
  readonly remindFrom?: string;
  /** The caller makes the inputs of the plan: a `retry` after a rejection returns to the caller. */
  readonly retryAbove?: boolean;
  /** Asks also about an empty plan: what follows it needs an approval. */
  readonly askEmpty?: boolean;
}

/** The options, and whether the plan allows `skip`. */
type GateRequest = GateOptions & Pick<Planned, 'skippable'>;

export type GateResult =
  | { readonly kind: 'approved'; readonly plan: PlanRef; readonly waived: readonly string[] }
  | { readonly kind: 'empty'; readonly plan: PlanRef }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'retried' };

/**
 * Asks people to decide on a plan. Right before acting it makes the plan again: another digest voids the approvals, the
 * round rises, and the gate asks again with the difference.
 */
export async function gate(operator: OperatorContext, name: PlanGate, o: GateOptions): Promise<GateResult> {
  const { state } = operator;
  const interrupted = o.interrupted ?? (() => false);
  let { site } = o;
  let skippable = false;
  const makePlan = async () => {
    const made = await runStep(operator, { name: `plan-${name}`, phase: o.phase }, async () => {
      const planned = await o.plan();
      if (planned.site.name !== site.name) throw wrongSite(site, planned.site);
      ({ site, skippable } = planned);
      operator.applySitePolicy(site);
      return planned.plan;
    });
    return made.result;
  };
  let plan = await makePlan();
  for (let before: PlanRef | undefined; ;) {
    // It may have become obsolete while the plan was made.
    if (interrupted()) return before ? closeInterrupted(operator, name) : { kind: 'interrupted' };
    if (plan.empty && !o.askEmpty) return closeEmptyGate(operator, name, plan);
    if (plan.digest === o.approvedBefore) return { kind: 'approved', plan, waived: [] };
    await openGate(operator, name, site, plan, before);
    before = plan;
    const verdict = await awaitVerdict(operator, name, { ...o, skippable }, makePlan);
    if (verdict === 'interrupted') return closeInterrupted(operator, name);
    if (verdict === 'skipped') return { kind: verdict };
    if (verdict === 'retried' && o.retryAbove) return { kind: verdict };
    if (verdict === 'approved') {
      if (o.hold && !(await o.hold())) return closeInterrupted(operator, name);
      await operator.untilResumed();
    }
    plan = await makePlan();
    const asked = state.gates.get(name)!;
    if (verdict === 'approved' && plan.digest === before.digest && stillHasQuorum(asked, site, name)) {
      // Activities trust no workflow: one of them verifies the approvals, and writes what they permit. A refusal asks again.
      if (interrupted() || !(await pass(operator, name, o.phase)) || interrupted()) continue;
      return { kind: 'approved', plan, waived: waivedByAll(asked.approvals) };
    }
  }
}

/** Closes the gate without a verdict. The round is kept, so the next question has a new round and new mails. */
function closeInterrupted(operator: OperatorContext, name: PlanGate): { kind: 'interrupted' } {
  Object.assign(operator.state.gates.get(name)!, { state: 'closed', approvals: [] });
  operator.updateVisibility();
  return { kind: 'interrupted' };
}

/** Lets an activity verify the approvals and write the grant; false: after a refusal the gate asks again. */
async function pass(operator: OperatorContext, name: PlanGate, phase: Phase): Promise<boolean> {
  const { gates, signatures, startedBy } = operator.state;
  const { round, plan, approvals } = gates.get(name)!;
  const claims = approvals.map(({ by, waive, comment }): Claim => {
    const signature = signatures.get(signatureKey(name, round, by));
    return { by, ...(waive && { waive }), ...(comment && { comment }), ...(signature !== undefined && { signature }) };
  });
  const passed = await runStep(operator, { name: `pass-${name}`, phase, approved: true }, () =>
    quick.passGate({ gate: name, round, digest: plan!.digest, startedBy, approvals: claims }),
  );
  return passed.status === 'done';
}

/** The worker was started with another site's file. */
const wrongSite = ({ name }: SiteView, other: SiteView) =>
  ApplicationFailure.nonRetryable(
    `the worker serves the site ${other.name}, not ${name}: start it with the site.yaml of ${name}`,
    'WrongSite',
  );

/** The names that every approval waives. */
function waivedByAll(approvals: GateStatus['approvals']): readonly string[] {
  const [first = [], ...others] = approvals.map(({ waive }) => new Set(waive));
  return [...first].filter((name) => others.every((names) => names.has(name)));
}

/**
 * Waits for the quorum. A `keep` in the meantime makes the plan again; approvals stay valid unless the digest changes.
 */
async function awaitVerdict(
  operator: OperatorContext,
  name: PlanGate,
  o: GateRequest,
  makePlan: () => Promise<PlanRef>,
): Promise<'approved' | 'changed' | 'retried' | 'skipped' | 'interrupted'> {
  const { state } = operator;
  const interrupted = o.interrupted ?? (() => false);
  let version = state.replanVersion;
  for (;;) {
    const asked = state.gates.get(name)!;
    await askAndWait(
      operator,
      questionOf(operator, name, o),
      () => asked.state !== 'open' || interrupted() || state.replanVersion !== version,
    );
    if (interrupted()) return 'interrupted';
    if (asked.state === 'rejected') return awaitRetryOrSkip(operator, name, o);
    if (state.replanVersion !== version) {
      version = state.replanVersion;
      const plan = await makePlan();
      if (plan.digest !== asked.plan?.digest) return 'changed';
    }
    if (asked.state === 'approved') return 'approved';
  }
}

async function awaitRetryOrSkip(
  operator: OperatorContext,
  name: PlanGate,
  o: GateRequest,
): Promise<'retried' | 'skipped'> {
  const { state } = operator;
  const { by, comment } = state.gates.get(name)!.rejectedBy!;
  state.orders.delete(name);
  const verbs = o.skippable ? ['retry', 'skip'] : ['retry'];
  await askAndWait(
    operator,
    {
      key: `attention:${name}`,
      kind: 'attention',
      about: name,
      round: state.gates.get(name)!.round,
      sentence: `Gate ${name} was rejected by ${by}${comment ? `: ${comment}` : ''}. Fix the cause, then send retry for a new plan.`,
      headline: '',
      lines: [],
      asked: { rejected: { by, ...(comment && { comment }) } },
      commands: [
        ...verbs.map((v) => `semester ${v} ${state.name} ${name} --by YOU --reason WHY`),
        abortCommand(operator),
      ],
    },
    () => {
      const order = state.orders.get(name);
      return order?.kind === 'retry' || (order?.kind === 'skip' && o.skippable);
    },
  );
  const order = state.orders.get(name)!;
  state.orders.delete(name);
  return order.kind === 'skip' ? 'skipped' : 'retried';
}

async function openGate(
  operator: OperatorContext,
  name: PlanGate,
  site: SiteView,
  plan: PlanRef,
  before?: PlanRef,
): Promise<void> {
  const { state } = operator;
  const diff = before && before.digest !== plan.digest ? await difference(before, plan) : undefined;
  await condition(() => state.verdicts.length === 0);
  state.gates.set(name, {
    gate: name,
    workflowId: myId(),
    run: firstRun(),
    signed: site.signed,
    round: (state.gates.get(name)?.round ?? 0) + 1,
    state: 'open',
    openedAt: now(),
    needed: site.quorum[name],
    approvals: [],
    plan,
    ...(diff && { diff }),
  });
  operator.updateVisibility();
}

/** The difference is only shown: an unavailable store must not park the gate. */
async function difference(before: PlanRef, after: PlanRef): Promise<PlanDiff> {
  try {
    return await quick.diffPlans({ before: before.digest, after: after.digest });
  } catch (error) {
    return { lines: [`the difference cannot be shown: ${reasonOf(error)}`], total: 1 };
  }
}

function questionOf(operator: OperatorContext, name: PlanGate, o: GateOptions) {
  const { plan, round, needed, diff } = operator.state.gates.get(name)!;
  const short = plan!.digest.slice(0, 'sha256:'.length + 12);
  const rest = plan!.total - plan!.rows.length;
  return {
    key: `gate:${name}`,
    kind: 'gate' as const,
    about: name,
    round,
    sentence: `Gate ${name} (round ${round}, plan ${short}) waits for ${needed} approval${needed > 1 ? 's' : ''}: ${plan!.headline}`,
    headline: plan!.headline,
    lines: [...plan!.warnings, ...plan!.rows],
    asked: { changed: diff?.lines ?? [], more: rest, kept: plan!.kept },
    commands: [
      `semester plan ${operator.state.name} ${name}`,
      // Chat and memo get the commands too, so that they name nobody.
      `semester approve ${operator.state.name} ${name} --by YOU${plan!.waivable.length > 0 ? ' --waive NAMES' : ''}`,
      `semester reject ${operator.state.name} ${name} --by YOU --comment WHY`,
    ],
    counts: plan!.counts,
    ...(o.remindFrom && { remindFrom: o.remindFrom }),
  };
}

function closeEmptyGate(operator: OperatorContext, name: PlanGate, plan: PlanRef): GateResult {
  const round = (operator.state.gates.get(name)?.round ?? 0) + 1;
  const me = { workflowId: myId(), run: firstRun(), signed: operator.state.signed };
  const base = { gate: name, ...me, round, openedAt: now(), needed: 0, approvals: [], plan };
  operator.state.gates.set(name, { ...base, state: 'empty' });
  operator.updateVisibility();
  return { kind: 'empty', plan };
}
