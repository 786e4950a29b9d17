import type { HandGate, PlanGate } from '../../domain/gates/index.ts';
import type { Grant, HandGrant, StartGrant } from '../../domain/grant.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Store } from '../store/store.ts';

/** Named values of the store suffice: each is written whole, and no other name begins like them. */
export type GrantStore = Pick<Store, 'getNamed' | 'putNamed' | 'changeNamed'>;

/** What the planning activity said about a plan. A gate trusts this, and not what a workflow says. */
export type MadePlan = Pick<PlanRef, 'waivable' | 'empty'>;

interface NewestPlan {
  readonly digest: string;
  readonly empty: boolean;
  readonly kept: readonly string[];
}

type Spent = Readonly<Record<string, string>>;

const grantName = (run: string, gate: PlanGate | HandGate) => `grant/${run}/${gate}`;
const spentName = ({ run, gate, round }: Grant) => `spent/${run}/${gate}/${round}`;
const startName = (run: string) => `start/${run}`;
const madeName = (gate: PlanGate, digest: string) => `made-plan/${gate}/${digest}`;
const newestName = (run: string, gate: PlanGate) => `newest-plan/${run}/${gate}`;

/** The records of grants, by the first run of the workflow whose gate passed. */
export const grantRecords = (store: GrantStore) => ({
  /** The grant of the newest round that passed. */
  grantOf: (run: string, gate: PlanGate) => store.getNamed<Grant>(grantName(run, gate)),
  changeGrant: (run: string, gate: PlanGate, change: (before: Grant | null) => Grant | null) =>
    store.changeNamed<Grant | null>(grantName(run, gate), change),
  handGrantOf: (run: string, gate: HandGate) => store.getNamed<HandGrant>(grantName(run, gate)),
  changeHandGrant: (run: string, gate: HandGate, change: (before: HandGrant | null) => HandGrant) =>
    store.changeNamed<HandGrant>(grantName(run, gate), change),
  /** The steps that have used a grant, by what they did. Another round of the gate begins anew. */
  spentOf: async (grant: Grant): Promise<Spent> => (await store.getNamed<Spent>(spentName(grant))) ?? {},
  spend: (grant: Grant, what: string, step: string) =>
    store.changeNamed<Spent>(spentName(grant), (before) => ({ [what]: step, ...before })),
  startOf: (run: string) => store.getNamed<StartGrant>(startName(run)),
  changeStart: (run: string, change: (before: StartGrant | null) => StartGrant | null) =>
    store.changeNamed<StartGrant | null>(startName(run), change),
  /** The first run that a signature of a start was used for. */
  useSignature: (digest: string, run: string) =>
    store.changeNamed<string>(`start-signature/${digest}`, (before) => before ?? run),
  made: (gate: PlanGate, digest: string) => store.getNamed<MadePlan>(madeName(gate, digest)),
  /** Whether the newest plan of a gate in this run is empty, and the accounts that its caller named as exempt. */
  newest: (run: string, gate: PlanGate) => store.getNamed<NewestPlan>(newestName(run, gate)),
  async recordPlan(run: string, { gate, digest, waivable, empty }: PlanRef, kept: readonly string[]): Promise<void> {
    await store.putNamed(madeName(gate, digest), { waivable, empty } satisfies MadePlan);
    await store.putNamed(newestName(run, gate), { digest, empty, kept } satisfies NewestPlan);
  },
});
