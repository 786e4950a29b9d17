import type { z } from 'zod';
import { PlanShapeError, type PlanGateSpec, type StoredPlan } from '../../domain/gates/define.ts';
import { refuse } from '../failures.ts';

/** Reads a stored plan by the schemas of its gate. @throws ApplicationFailure `PlanVoid` naming plan, gate and path */
export function parsePlan<N extends string, B extends z.ZodType, O extends z.ZodType>(
  gate: PlanGateSpec<N, B, O>,
  digest: string,
  stored: StoredPlan,
): { readonly binding: z.infer<B>; readonly observed: z.infer<O> } {
  try {
    return gate.parse(stored);
  } catch (error) {
    if (!(error instanceof PlanShapeError)) throw error;
    throw refuse(
      'PlanVoid',
      `plan ${digest} cannot be used at gate ${gate.name}: ${error.message}; plan again (semester retry STEP)`,
      error,
    );
  }
}
