import type { Gate, PlanGate } from './gates/index.ts';
import type { Phase } from './names.ts';
import type { PlanRef } from './plan.ts';

/** Changes nothing outside the service: no host, group, mail or homepage. */
interface Reads {
  readonly kind: 'reads';
}

/** Makes the plan of a gate and changes nothing. */
export interface Plans {
  readonly kind: 'plans';
  readonly gate: PlanGate;
}

/** Changes something after a gate. The argument `plan` names the approved plan; without it, the gate's newest plan counts. */
export interface Acts {
  readonly kind: 'acts';
  /** At least one of these gates must be approved. */
  readonly gates: readonly Gate[];
  /** The activity that returns the hosts of the approved plan. The argument `host` must be one of them. */
  readonly hostsFrom?: string;
  /** No approval is needed if the semester starts from one of these phases: an earlier run was approved. */
  readonly unlessFrom?: readonly Phase[];
  /** Why several steps may do it under one approval; absent: once a step has done it on a host, only that step may repeat it. */
  readonly again?: string;
}

/** Changes something without a gate, for the given reason. */
interface NeedsNone {
  readonly kind: 'needs-none';
  readonly reason: string;
}

/** What permits an activity to act. */
export type Authority = Reads | Plans | Acts | NeedsNone;

/** The authority of every activity of a contract. Exactly the activities that return a `PlanRef` declare `Plans`. */
export type AuthorityOf<T> = {
  readonly [K in keyof T]: T[K] extends (a: never) => Promise<PlanRef> ? Plans : Exclude<Authority, Plans>;
};

export const reads: Reads = { kind: 'reads' };
export const plans = (gate: PlanGate): Plans => ({ kind: 'plans', gate });
export const needsNone = (reason: string): NeedsNone => ({ kind: 'needs-none', reason });
export const acts = (
  gate: Gate | readonly Gate[],
  how: Pick<Acts, 'hostsFrom' | 'unlessFrom' | 'again'> = {},
): Acts => ({
  kind: 'acts',
  gates: typeof gate === 'string' ? [gate] : gate,
  ...how,
});
