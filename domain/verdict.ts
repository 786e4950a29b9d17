import type { PlanGate } from './gates/index.ts';
import type { Verdict } from './messages.ts';
import type { SiteView } from './site.ts';
import type { GateStatus } from './status.ts';

/** A message as received, from any sender; its shape is not checked yet. */
export type Unchecked = Record<string, unknown>;

/** The value as an object; an empty one for any other value. */
export const asObject = (raw: unknown): Unchecked =>
  typeof raw === 'object' && raw !== null ? (raw as Unchecked) : {};

/** Whether `typed` is a prefix of the digest: at least its first 12 hex digits, with or without `sha256:`. */
export function matchesDigest(full: string, typed: string): boolean {
  const hex = typed.replace(/^sha256:/, '').toLowerCase();
  return /^[0-9a-f]{12,64}$/.test(hex) && full.replace(/^sha256:/, '').startsWith(hex);
}

/** Why a verdict is refused because of its gate, round or digest; null: not refused. Pure. */
export function verdictRefusal(
  v: Pick<Verdict, 'gate' | 'round' | 'digest'>,
  gates: readonly GateStatus[],
): string | null {
  const { gate: name, round, digest } = v;
  const gate = gates.find((g) => g.gate === name);
  if (!gate) return `this workflow has no gate "${name}"${openGates(gates)}`;
  if (gate.state !== 'open' || !gate.plan) return `gate ${name} is ${gate.state}, not open${openGates(gates)}`;
  if (gate.round !== round) return `gate ${name} is in round ${gate.round}: round ${round} is stale`;
  if (!matchesDigest(gate.plan.digest, digest))
    return `the plan of gate ${name} is ${gate.plan.digest}, not ${digest}. Read it again: semester plan`;
  return null;
}

/** Why a message of this person is refused because only approvers may send it; null: not refused. */
export function strangerRefusal(by: string, approvers: readonly string[]): string | null {
  return approvers.includes(by) ? null : `${by} is not an approver of this site (${approvers.join(', ')})`;
}

/** Why this person's approval or rejection is refused; null: not refused. */
export function approverRefusal(a: {
  readonly by: string;
  readonly verdict: 'approve' | 'reject';
  readonly gate: GateStatus;
  readonly approvers: readonly string[];
  readonly startedBy: string;
  readonly waive?: readonly string[] | undefined;
}): string | null {
  const stranger = strangerRefusal(a.by, a.approvers);
  if (stranger !== null) return stranger;
  if (a.verdict === 'reject') return null;
  if (a.gate.approvals.some((x) => x.by === a.by))
    return `${a.by} already approved this round; the gate needs ${a.gate.needed} different people`;
  if (a.gate.needed >= 2 && a.by === a.startedBy)
    return `${a.by} started this workflow: a gate with a quorum of 2 or more needs other approvers`;
  return waiverRefusal(a.gate, a.waive ?? []);
}

/** Each approver must waive by name what the plan asks for; the step checks the waivers again. */
function waiverRefusal({ plan }: GateStatus, waive: readonly string[]): string | null {
  const missing = (plan?.waivable ?? []).filter((name) => !waive.includes(name));
  if (missing.length === 0) return null;
  const names = missing.slice(0, 20).join(',') + (missing.length > 20 ? `,… (${missing.length} in all)` : '');
  const why = 'no notice is known to have reached them, or they are exempt and own what is deleted';
  const remedy = `exempt them (semester keep), notify them, or move their data away first; or waive them with --waive ${names}`;
  return `${names} must be waived by name: ${why}. Read the plan's warnings: ${remedy}`;
}

/**
 * Whether the approvals still reach the quorum by the current site: removed approvers and missing signatures do not
 * count.
 */
export function stillHasQuorum({ approvals }: GateStatus, site: SiteView, gate: PlanGate): boolean {
  const counting = approvals.filter((a) => site.approvers.includes(a.by) && (a.signed !== undefined || !site.signed));
  return counting.length >= site.quorum[gate];
}

/**
 * Why the last day of a `keep` is refused; null: not refused. A past day would exempt no one, and the sender would not
 * notice; nor would one before `wipeFrom`, the first day of the wipe: that of the deadline ends with it. A workflow must not compute the
 * current day in the site's zone, so yesterday (UTC) is still accepted.
 */
export function untilRefusal(until: string, now: Date, wipeFrom: string | null): string | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(until) ? new Date(`${until}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(until)) return '"until" must be a day: YYYY-MM-DD';
  const yesterday = new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10);
  if (until < yesterday) return `"until" ${until} is past: the account would not be exempt`;
  if (wipeFrom === null || until >= wipeFrom) return null;
  return `"until" ${until} ends before the wipe, which can run from ${wipeFrom} on: the account would be wiped. Name that day, a later one, or none`;
}

/** What an exemption no longer does because it came late, as the end of a sentence; empty: it came in time. */
export function lateKeep({ removed, wiped }: { readonly removed: boolean; readonly wiped: boolean }): string {
  if (wiped) return '. The wipe is done: what was deleted is in the backup (semester restore USER)';
  return removed
    ? '. Members have been removed from the group already: the account stays out, and asks to join again'
    : '';
}

function openGates(gates: readonly GateStatus[]): string {
  const open = gates.filter((g) => g.state === 'open').map((g) => g.gate);
  return open.length > 0 ? `; open gates: ${open.join(', ')}` : '; no gate is open';
}
