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

/** Changes something after a gate: the plan is that of the argument `plan`, else the newest one of the gate. */
export interface Acts {
  readonly kind: 'acts';
  /** One of these must have been approved. */
  readonly gates: readonly Gate[];
  /** The activity whose answer lists the hosts of the approved plan: the argument `host` must be one of them. */
  readonly hostsFrom?: string;
  /** A semester that is started from one of these phases was approved in an earlier run. */
  readonly unlessFrom?: readonly Phase[];
}

/** Changes something that no gate asks about. */
interface NeedsNone {
  readonly kind: 'needs-none';
  readonly reason: string;
}

/** By what right an activity does what it does. */
export type Authority = Reads | Plans | Acts | NeedsNone;

/** The authority of every activity of a contract; who makes a plan, and only they, say of which gate. */
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
