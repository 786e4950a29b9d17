import type { Gate, PlanGate } from './gates/index.ts';
import type { Phase } from './names.ts';
import type { PlanRef } from './plan.ts';

/** Changes nothing outside the service: hosts, group, mails and homepage stay as they are. */
interface Reads {
  readonly kind: 'reads';
}

/** Makes the plan of a gate, and changes nothing. */
export interface Plans {
  readonly kind: 'plans';
  readonly gate: PlanGate;
}

/** Acts after a gate. The plan is that of the argument `plan`, else the newest one of the gate. */
export interface Acts {
  readonly kind: 'acts';
  /** One of these must have been approved. */
  readonly gates: readonly Gate[];
  /** The activity that returns the hosts of the approved plan; the argument `host` must be one of them. */
  readonly hostsFrom?: string;
  /** If a semester starts at one of these phases, an earlier run got the approval. */
  readonly unlessFrom?: readonly Phase[];
}

/** Changes something without a gate. */
interface NeedsNone {
  readonly kind: 'needs-none';
  readonly reason: string;
}

/** The authority of an activity: reads only, makes plans, acts after a gate, or needs none. */
export type Authority = Reads | Plans | Acts | NeedsNone;

/** The authority of every activity of a contract. Exactly the activities that return a `PlanRef` are `Plans`. */
export type AuthorityOf<T> = {
  readonly [K in keyof T]: T[K] extends (a: never) => Promise<PlanRef> ? Plans : Exclude<Authority, Plans>;
};

export const reads: Reads = { kind: 'reads' };
export const plans = (gate: PlanGate): Plans => ({ kind: 'plans', gate });
export const needsNone = (reason: string): NeedsNone => ({ kind: 'needs-none', reason });
export const acts = (gate: Gate | readonly Gate[], how: Pick<Acts, 'hostsFrom' | 'unlessFrom'> = {}): Acts => ({
  kind: 'acts',
  gates: typeof gate === 'string' ? [gate] : gate,
  ...how,
});
