import type { SampleMail } from '../domain/gates/define.ts';
import { planGateOf } from '../domain/gates/index.ts';
import type { PlanRef } from '../domain/plan.ts';

/** The mails of a plan, of each kind and in every language; empty if its gate sends none. */
export const samplesIn = (gate: string, binding: unknown): readonly SampleMail[] =>
  planGateOf(gate)?.show(binding).mails ?? [];

/**
 * The summary of a plan for approvers: the first rows, and in full everything that is irreversible: all members who
 * leave the group, all deleted directories, one mail in each language, the post.
 * @throws PlanShapeError if the binding does not belong to this gate
 */
export function glanceLines({ gate, rows, total }: PlanRef, binding: unknown): readonly string[] {
  const spec = planGateOf(gate);
  const details = spec?.show(binding).inFull ?? [];
  if (rows.length === 0 || spec?.coversRows === true) return details;
  const first = rows.length < total ? `First ${rows.length} of ${total}` : `All ${total}`;
  return ['', `${first}:`, ...rows.map((row) => `  ${row}`), ...details];
}
