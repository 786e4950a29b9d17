import { planGateOf, type Gate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import { hostWorkflowId, type DeferredKind } from '../../domain/names.ts';
import { canaryOf } from '../../domain/waves.ts';
import type { DeferredTask } from '../../domain/deferred.ts';
import type { Action, Deferral, Facts, Placed } from './facts.ts';
import type { JudgedReport } from './hand-reports.ts';
import type { JudgedStart } from './starts.ts';
import type { Judged } from './verdicts.ts';

/** An action in a history, with the approvals before it. */
export interface TracedAction {
  readonly workflow: string;
  readonly time: string;
  readonly name: string;
  readonly gate: string;
  readonly digest: string;
  readonly needed: number;
  readonly approvedBy: readonly string[];
  readonly enough: boolean;
  /** Why it lacks authority, besides the number of approvals. */
  readonly reason: string | null;
  /** Names that the action waived without a waiver in an approval of its plan. */
  readonly notWaived: readonly string[];
}

/** One run, with its judged verdicts, reports of work by hand, and start. */
export interface Run {
  readonly facts: Facts;
  readonly judged: readonly Judged[];
  readonly reports: readonly JudgedReport[];
  readonly starts: readonly JudgedStart[];
}

/** Checks for every action of a run whether enough different people approved exactly that plan before. */
export function traceActions(run: Run, all: readonly Run[]): readonly TracedAction[] {
  const host = /^host\/(.+)$/.exec(run.facts.workflow)?.[1];
  return run.facts.actions.map((action) =>
    host === undefined ? traceAction(run, all, action) : traceDeferred(run, all, action, host),
  );
}

/** A run that may contain the approval, with a test for what happened before the action. */
interface Scope extends Run {
  readonly before: (placed: { readonly at: number; readonly time: string }) => boolean;
}

/** The run that started this one; undefined if the file has none. */
const parentOf = ({ facts: { workflow, firstRun } }: Run, all: readonly Run[]): Run | undefined =>
  all.find(({ facts }) => facts.children.some((child) => child.workflow === workflow && child.run === firstRun));

/** The run itself, then its other runs and its ancestors, each limited to what happened before the action. */
function scopesOf(run: Run, all: readonly Run[], { at, time }: Placed<unknown>): readonly Scope[] {
  const others = new Set<Run>();
  for (let here: Run | undefined = run; here !== undefined && !others.has(here); here = parentOf(here, all)) {
    const { workflow, firstRun } = here.facts;
    others.add(here);
    for (const one of all) if (one.facts.workflow === workflow && one.facts.firstRun === firstRun) others.add(one);
  }
  others.delete(run);
  const before = (placed: { readonly time: string }) => Date.parse(placed.time) <= Date.parse(time);
  return [{ ...run, before: (placed) => placed.at < at }, ...[...others].map((one) => ({ ...one, before }))];
}

function traceAction(run: Run, all: readonly Run[], action: Placed<Action>): TracedAction {
  const { time, value } = action;
  const { workflow } = run.facts;
  const about = { workflow, time, name: value.name, notWaived: [] };
  const passed = (why: string, digest = 'unknown'): TracedAction => ({
    ...about,
    name: `${value.name} (${why})`,
    gate: value.gates.join(' or '),
    digest,
    needed: 0,
    approvedBy: [],
    enough: true,
    reason: null,
  });
  const scopes = scopesOf(run, all, action);
  const found = planFor(scopes, value) ?? handFor(scopes, value);
  if (found !== null && found.enough) return { ...about, ...found };
  if (value.earlier && isStarted(scopes)) return passed(value.earlier);
  if (isCanary(run.facts, action.at, value) || isOfCanary(run, all, value))
    return passed('canary, before the gate', found?.digest);
  const unknown = { gate: value.gates.join(' or '), digest: value.digest ?? 'unknown', needed: 1 };
  const reason = value.earlier ? `${value.earlier}, but no start counts that permits this` : null;
  return { ...about, ...(found ?? { ...unknown, approvedBy: [], enough: false, reason }) };
}

/** Whether a start counts that came before. */
const isStarted = (scopes: readonly Scope[]): boolean =>
  scopes.some((scope) => scope.starts.some((start) => scope.before(start) && start.counts));

type Found = Omit<TracedAction, 'workflow' | 'time' | 'name'>;

/**
 * The plan that an action names, else the newest one of each of its gates, with its approvals. Prefers one with enough.
 */
function planFor(scopes: readonly Scope[], value: Action): Found | null {
  const founds = scopes.flatMap((scope) =>
    value.gates.flatMap((gate) => {
      const fits = (plan: PlanRef) => plan.gate === gate && (value.digest === null || plan.digest === value.digest);
      const plan = scope.facts.plans.findLast((placed) => scope.before(placed) && fits(placed.value))?.value;
      return plan ? [judgedPlan(scope, plan, value, isStarted(scopes))] : [];
    }),
  );
  return founds.find(({ enough }) => enough) ?? founds[0] ?? null;
}

function judgedPlan(scope: Scope, plan: PlanRef, value: Action, started: boolean): Found {
  const { gate, digest, empty } = plan;
  // Nobody is asked about an empty plan: the start permits what follows it.
  if (empty && started) return { gate, digest, needed: 0, approvedBy: [], enough: true, reason: null, notWaived: [] };
  // The quorum at the time of the action counts, not a later one.
  const counting = scope.judged.filter((j) => scope.before(j) && j.counts && j.statement.digest === digest);
  const rounds = [...new Set(counting.map((j) => j.statement.round))].toSorted((a, b) => b - a);
  const needed = scope.facts.sites.findLast((s) => scope.before(s))?.value.quorum[gate] ?? 1;
  const perRound = rounds.map((round) => approversOf(scope.facts, counting, round, needed));
  const approvedBy = perRound.find((names) => names.length >= needed) ?? perRound[0] ?? [];
  const waived = new Set(counting.flatMap((j) => j.statement.waive ?? []));
  const notWaived = value.waived.filter((name) => !waived.has(name));
  const reason =
    value.listed && !isListed(scope, digest, value.listed) ? `the plan does not name ${value.listed.host}` : null;
  return {
    gate,
    digest,
    needed,
    approvedBy,
    enough: approvedBy.length >= needed && reason === null,
    reason,
    notWaived,
  };
}

/** Whether the service read this host from the approved plan. */
const isListed = (scope: Scope, digest: string, { host, by }: NonNullable<Action['listed']>): boolean =>
  scope.facts.calls.some(
    ({ name, input, result, completedAt }) =>
      name === by &&
      input['plan'] === digest &&
      scope.before({ at: completedAt, time: '' }) &&
      Array.isArray(result) &&
      result.includes(host),
  );

/** The report of an approver at a hand gate. */
function handFor(scopes: readonly Scope[], value: Action): Found | null {
  const hand = value.gates.find((gate) => planGateOf(gate) === undefined);
  if (hand === undefined) return null;
  for (const scope of scopes) {
    const report = scope.reports.findLast((one) => scope.before(one) && one.counts && one.statement.done === hand);
    const found = { gate: hand, digest: 'by hand', needed: 1, reason: null, notWaived: [] };
    if (report) return { ...found, approvedBy: [report.statement.by], enough: true };
  }
  return null;
}

/** The kind of deferred task that may carry out what a gate approves. */
const kindOf = (gate: Gate): DeferredKind | undefined => planGateOf(gate)?.deferred;

/** Traces an action of `host/<host>` to the workflow that deferred the task, which must contain the approval. */
function traceDeferred(run: Run, all: readonly Run[], action: Placed<Action>, host: string): TracedAction {
  const { value, time } = action;
  const { workflow, tasks } = run.facts;
  const fits = (task: DeferredTask) => {
    if (!value.gates.some((gate) => kindOf(gate) === task.kind)) return false;
    if (task.kind === 'wipe-docker') return value.digest === null || task.plan === value.digest;
    return task.kind !== 'image' || !value.image || task.image.facts.name === value.image;
  };
  const no = (reason: string): TracedAction => ({
    workflow,
    time,
    name: value.name,
    gate: value.gates.join(' or '),
    digest: value.digest ?? 'unknown',
    needed: 1,
    approvedBy: [],
    enough: false,
    reason,
    notWaived: [],
  });
  const handed = tasks.filter(fits);
  if (handed.length === 0) return no('no workflow had deferred it');
  const results = handed.map((task) => {
    const deferrers = all.flatMap((one) => one.facts.deferrals.filter(isOf(task, host)).map((at) => ({ one, at })));
    const [first] = deferrers.filter(({ at }) => Date.parse(at.time) <= Date.parse(time));
    if (!first) {
      const { by } = task;
      if (!by || all.some(({ facts }) => facts.workflow === by.workflow))
        return no('the workflow that it names did not defer it');
      // The task belongs to another workflow, whose own audit covers it.
      const other = { ...no(''), reason: null, needed: 0, enough: true };
      return { ...other, name: `${value.name} (deferred by ${by.workflow})` };
    }
    const gates = value.gates.filter((gate) => kindOf(gate) === task.kind);
    const digest = task.kind === 'wipe-docker' ? task.plan : null;
    const there = traceAction(first.one, all, { ...first.at, value: { ...value, gates, digest } });
    return { ...there, workflow, time, name: `${value.name} (deferred by ${first.one.facts.workflow})` };
  });
  return results.find(({ enough }) => enough) ?? results[0]!;
}

const isOf =
  (task: DeferredTask, host: string) =>
  ({ value }: Placed<Deferral>): boolean => {
    if (value.host !== host || value.task.kind !== task.kind) return false;
    if (task.kind === 'wipe-docker') return value.task.kind === task.kind && value.task.plan === task.plan;
    if (task.kind !== 'image') return true;
    return value.task.kind === task.kind && value.task.image.facts.name === task.image.facts.name;
  };

/** Hosts that received deferred tasks and whose history the file lacks. */
export const hostsWithout = (all: readonly Run[]): readonly string[] => {
  const present = new Set(all.map(({ facts }) => facts.workflow));
  const wanted = new Set(all.flatMap(({ facts }) => facts.deferrals.map(({ value }) => hostWorkflowId(value.host))));
  return [...wanted].filter((workflow) => !present.has(workflow));
};

/** Whether the action updates the site's canary, which boots into an image before gate `rollout`. */
function isCanary({ sites }: Facts, at: number, { follower }: Action): boolean {
  const site = sites.findLast((s) => s.at < at)?.value;
  if (!follower || !site) return false;
  const followers = site.hosts.filter((host) => host !== follower.leader);
  return canaryOf(followers, site.rollout.canary) === follower.host;
}

/** Whether a run is the update of the canary, which its parent started. */
function isOfCanary(run: Run, all: readonly Run[], { gates }: Action): boolean {
  const parent = parentOf(run, all);
  const started = parent?.facts.actions.find(({ value }) => value.name === `hostUpdate ${run.facts.workflow}`);
  if (!started?.value.gates.some((gate) => gates.includes(gate))) return false;
  return parent !== undefined && isCanary(parent.facts, started.at, started.value);
}

/**
 * The different people who approved a round without a rejection. The person who started the semester counts only if the
 * quorum is one. Two names with the same key are one person.
 */
function approversOf(facts: Facts, counting: readonly Judged[], round: number, needed: number): readonly string[] {
  const verdicts = counting.filter((j) => j.statement.round === round);
  if (verdicts.some(({ statement }) => statement.verdict === 'reject')) return [];
  const names = new Map<string, string>();
  for (const { key, statement } of verdicts) {
    const known = [...names].some(([by, other]) => by !== statement.by && other === key);
    if (!known) names.set(statement.by, key ?? '');
  }
  if (needed > 1) names.delete(facts.startedBy);
  return [...names.keys()];
}
