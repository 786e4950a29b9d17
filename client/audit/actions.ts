import { canaryOf } from '../../domain/waves.ts';
import type { Action, Facts, Placed } from './facts.ts';
import type { Judged } from './verdicts.ts';

/** A step that acted on a plan, and who had approved that. */
export interface Warranted {
  readonly workflow: string;
  readonly time: string;
  readonly name: string;
  readonly gate: string;
  readonly digest: string;
  readonly needed: number;
  readonly approvedBy: readonly string[];
  readonly enough: boolean;
  /** What the step passed over though no approval of its plan says so. */
  readonly notWaived: readonly string[];
}

/** For every step that acted: whether enough different people had approved exactly that plan before. */
export function warrant(facts: Facts, judged: readonly Judged[]): readonly Warranted[] {
  return facts.actions.map((action) => warrantOf(facts, judged, action));
}

function warrantOf(facts: Facts, judged: readonly Judged[], { at, time, value }: Placed<Action>): Warranted {
  const plan = facts.plans.findLast(
    (p) => p.at < at && (value.digest === null ? p.value.gate === value.gate : p.value.digest === value.digest),
  )?.value;
  const about = { workflow: facts.workflow, time, name: value.name };
  if (isCanary(facts, at, value)) {
    const before = { gate: 'rollout', digest: plan?.digest ?? 'unknown', needed: 0, approvedBy: [] };
    return { ...about, name: `${value.name} (canary, before the gate)`, ...before, enough: true, notWaived: [] };
  }
  if (!plan) {
    const unknown = { gate: value.gate ?? 'unknown', digest: value.digest ?? 'unknown' };
    return { ...about, ...unknown, needed: 1, approvedBy: [], enough: false, notWaived: [] };
  }
  const { gate, digest } = plan;
  if (plan.empty) return { ...about, gate, digest, needed: 0, approvedBy: [], enough: true, notWaived: [] };
  // What counted when it was approved: a site that asks for more now does not make it wrong then.
  const counting = judged.filter((j) => j.at < at && j.counts && j.statement.digest === digest);
  const rounds = [...new Set(counting.map((j) => j.statement.round))].toSorted((a, b) => b - a);
  const needed = facts.sites.findLast((s) => s.at < at)?.value.quorum[gate] ?? 1;
  const perRound = rounds.map((round) => approversOf(facts, counting, round, needed));
  const approvedBy = perRound.find((names) => names.length >= needed) ?? perRound[0] ?? [];
  const waived = new Set(counting.flatMap((j) => j.statement.waive ?? []));
  const notWaived = value.waived.filter((name) => !waived.has(name));
  return { ...about, gate, digest, needed, approvedBy, enough: approvedBy.length >= needed, notWaived };
}

/** The one host that `update.canary` of the site lets boot into an image before people are asked about the rest. */
function isCanary({ sites }: Facts, at: number, { follower }: Action): boolean {
  const site = sites.findLast((s) => s.at < at)?.value;
  if (!follower || !site) return false;
  const followers = site.hosts.filter((host) => host !== follower.leader);
  return canaryOf(followers, site.rollout.canary) === follower.host;
}

/**
 * Different people who approved a round that nobody rejected; the one who started counts only where one is enough. Two names with
 * one key are one person.
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
