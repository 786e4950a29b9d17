import type { SampleMail } from '../domain/gates/define.ts';
import { planGateOf } from '../domain/gates/index.ts';
import type { PlanRef } from '../domain/plan.ts';

/** The mails that a plan holds, of each kind and in every language; none where its gate mails nobody. */
export const samplesIn = (gate: string, binding: unknown): readonly SampleMail[] =>
  planGateOf(gate)?.show(binding).mails ?? [];

/**
 * What an approver reads of a plan before asking for all of it: the first rows, and in full what cannot be called back:
 * everybody who leaves the group, every directory that is deleted, one mail in each language, the post.
 * @throws PlanShapeError where the binding is not one of this gate
 */
export function glanceLines({ gate, rows, total }: PlanRef, binding: unknown): readonly string[] {
  const spec = planGateOf(gate);
  const details = spec?.show(binding).inFull ?? [];
  if (rows.length === 0 || spec?.coversRows === true) return details;
  const first = rows.length < total ? `First ${rows.length} of ${total}` : `All ${total}`;
  return ['', `${first}:`, ...rows.map((row) => `  ${row}`), ...details];
}
