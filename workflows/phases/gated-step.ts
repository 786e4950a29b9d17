import type { PlanGate } from '../../domain/gates/index.ts';
import type { Phase } from '../../domain/names.ts';
import type { Planned } from '../../domain/plan.ts';
import type { StepRef } from '../../domain/step.ts';
import { runStep } from '../operator/steps.ts';
import { semesterGate, type Run } from '../run.ts';

interface Work {
  readonly plan: () => Promise<Planned>;
  /** Carries out the approved plan, which it gets by its digest. */
  readonly act: (ref: StepRef, plan: string) => Promise<unknown>;
}

/**
 * Runs a phase that is one gate and one step, both named like the phase. Asks again if the approved plan is void. No later step
 * may rest on the phase: approvers can skip it.
 */
export async function gatedStep(run: Run, name: Phase & PlanGate, { plan, act }: Work): Promise<void> {
  run.operator.enter(name);
  for (;;) {
    const result = await semesterGate(run, name, { phase: name, plan });
    if (result.kind !== 'approved') return;
    const { digest } = result.plan;
    const step = { name, phase: name, skippable: true, approved: true } as const;
    const acted = await runStep(run.operator, step, (ref) => act(ref, digest));
    if (acted.status !== 'void') return;
  }
}
