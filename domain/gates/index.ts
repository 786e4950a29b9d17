import { PHASES } from '../names.ts';
import * as declared from './all.ts';
import type { PlanGateSpec, Rehearsal } from './define.ts';

/**
 * The registry: every gate, in the order in which a semester asks. Workflows import only its types, to keep zod out of
 * their bundle.
 */
const ALL = Object.values(declared).toSorted((a, b) => rankOf(a) - rankOf(b));

function rankOf({ phase, kind }: (typeof declared)[keyof typeof declared]): number {
  const at = phase === null ? PHASES.length : PHASES.indexOf(phase);
  return 2 * at + (kind === 'hand' ? 0 : 1);
}

type Spec = (typeof ALL)[number];
type PlanSpec = Extract<Spec, { readonly kind: 'plan' }>;
type HandSpec = Extract<Spec, { readonly kind: 'hand' }>;

/** Gates at which people decide on a plan. */
export type PlanGate = PlanSpec['name'];
/** Gates at which people work by hand, then report with `done`. */
export type HandGate = HandSpec['name'];
export type Gate = Spec['name'];

/** The plan gates that `rehearse` treats in this way. */
export type RehearsedBy<R extends Rehearsal> = Extract<PlanSpec, { readonly rehearsal: R }>['name'];

/** What `done --value` must hold at a hand gate; null: no value. */
export type ValueOf<G extends HandGate> = Extract<HandSpec, { readonly name: G }>['value'];

/** A plan gate without the types of its plan, for code that handles every gate. */
export type AnyPlanGate = Omit<
  PlanGateSpec<PlanGate>,
  'binding' | 'observed' | 'confirm' | 'reach' | 'inFull' | 'mails' | 'page' | 'brief'
>;

export const PLAN_GATES: readonly AnyPlanGate[] = ALL.filter((spec) => spec.kind === 'plan');
export const GATES: readonly (AnyPlanGate | HandSpec)[] = ALL;

/** The names of the hand gates. */
export const HAND_GATES: readonly string[] = ALL.filter(({ kind }) => kind === 'hand').map(({ name }) => name);

/** A plan gate by its name; undefined if there is none. */
export const planGateOf = (name: string): AnyPlanGate | undefined => PLAN_GATES.find((spec) => spec.name === name);

/** A gate by its name; undefined if there is none. */
export const gateOf = (name: string): AnyPlanGate | HandSpec | undefined => GATES.find((spec) => spec.name === name);

/** Makes one value per plan gate. */
export const forEachPlanGate = <T>(make: (gate: AnyPlanGate) => T): Readonly<Record<PlanGate, T>> =>
  Object.fromEntries(PLAN_GATES.map((gate) => [gate.name, make(gate)])) as Record<PlanGate, T>;
