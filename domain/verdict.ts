import type { PlanGate } from './gates/index.ts';
import type { SiteView } from './site.ts';
import type { GateStatus } from './status.ts';

/** A verdict as it arrives: from the CLI, from the Temporal UI, from anybody. */
export type Unchecked = Record<string, unknown>;

/** The part of a digest that people type: at least the first 12 hex digits, with or without `sha256:`. */
export function matchesDigest(full: string, typed: string): boolean {
  const hex = typed.replace(/^sha256:/, '').toLowerCase();
  return /^[0-9a-f]{12,64}$/.test(hex) && full.replace(/^sha256:/, '').startsWith(hex);
}

/** What is wrong with a verdict's shape, gate, round or digest; null where nothing is. Changes nothing, asks nobody. */
export function verdictRefusal(v: Unchecked, gates: readonly GateStatus[]): string | null {
  for (const key of ['gate', 'digest', 'by'] as const) {
    if (typeof v[key] !== 'string' || v[key] === '') return `"${key}" is missing: it must be a text`;
  }
  if (!Number.isInteger(v['round'])) return '"round" is missing: it must be the number that `semester status` shows';
  if (v['comment'] !== undefined && typeof v['comment'] !== 'string') return '"comment" must be a text';
  if (v['waive'] !== undefined && !isStringList(v['waive'])) return '"waive" must be a list of names';
  if (v['signature'] !== undefined && typeof v['signature'] !== 'string')
    return '"signature" must be a text: the whole of what ssh-keygen -Y sign wrote';
  const { gate: name, round, digest } = v as { gate: string; round: number; digest: string };
  const gate = gates.find((g) => g.gate === name);
  if (!gate) return `there is no gate "${name}" here${openGates(gates)}`;
  if (gate.state !== 'open' || !gate.plan) return `gate ${name} is ${gate.state}, not open${openGates(gates)}`;
  if (gate.round !== round) return `gate ${name} is in round ${gate.round}: round ${round} is stale`;
  if (!matchesDigest(gate.plan.digest, digest))
    return `the plan of gate ${name} is ${gate.plan.digest}, not ${digest}: look at it again with \`semester plan\``;
  return null;
}

/** Why an approval or rejection by this person does not count; null where it does. */
export function approverRefusal(a: {
  readonly by: string;
  readonly verdict: 'approve' | 'reject';
  readonly gate: GateStatus;
  readonly approvers: readonly string[];
  readonly startedBy: string;
  readonly waive?: readonly string[] | undefined;
}): string | null {
  if (!a.approvers.includes(a.by)) return `${a.by} is not an approver of this site (${a.approvers.join(', ')})`;
  if (a.verdict === 'reject') return null;
  if (a.gate.approvals.some((x) => x.by === a.by))
    return `${a.by} has approved this round already; it takes ${a.gate.needed} different people`;
  if (a.gate.needed >= 2 && a.by === a.startedBy)
    return `${a.by} started this: where two people are needed, somebody else approves`;
  return waiverRefusal(a.gate, a.waive ?? []);
}

/** Whom no mail reached is let pass by each approver, name by name; the step refuses what nobody has waived. */
function waiverRefusal({ plan }: GateStatus, waive: readonly string[]): string | null {
  const missing = (plan?.waivable ?? []).filter((name) => !waive.includes(name));
  if (missing.length === 0) return null;
  const names = missing.slice(0, 20).join(',') + (missing.length > 20 ? `,… (${missing.length} in all)` : '');
  return `no notice is known to have reached ${names}: keep them, tell them first, or waive them by name with --waive ${names}`;
}

/** Whether what was approved would be by the site of now: who is no approver any more, or has not signed, counts no more. */
export function stillHasQuorum({ approvals }: GateStatus, site: SiteView, gate: PlanGate): boolean {
  const counting = approvals.filter((a) => site.approvers.includes(a.by) && (a.signed !== undefined || !site.signed));
  return counting.length >= site.quorum[gate];
}

/** What is wrong with a message about a step (`retry`, `done`, `skip`); null where nothing is. */
export function missingTextRefusal(m: Unchecked, keys: readonly string[]): string | null {
  for (const key of keys) {
    if (typeof m[key] !== 'string' || m[key] === '') return `"${key}" is missing: it must be a text`;
  }
  return null;
}

/**
 * What is wrong with the last day of a `keep`; null where nothing is. Who is kept until a day that is past is not kept at all,
 * and whoever said so believes that they are. Which day it is by the site's zone a workflow must not compute: a day is allowed for.
 */
export function untilRefusal(until: string, now: Date): string | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(until) ? new Date(`${until}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(until)) return '"until" must be a day: YYYY-MM-DD';
  const yesterday = new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10);
  return until < yesterday ? `${until} is past: nobody would be kept by that` : null;
}

function isStringList(v: unknown): v is string[] {
  return Array.isArray(v) && v.every((x) => typeof x === 'string');
}

function openGates(gates: readonly GateStatus[]): string {
  const open = gates.filter((g) => g.state === 'open').map((g) => g.gate);
  return open.length > 0 ? `; open now: ${open.join(', ')}` : '; none is open now';
}
