import { digestOf } from '../../domain/digest.ts';
import { hostWorkflowId } from '../../domain/names.ts';
import { refuse } from '../failures.ts';
import { plain } from './deferrals.ts';
import type { Lineage } from './lineage.ts';
import type { GrantStore } from './records.ts';

/** Who took a proof: the activity, and the first run of the workflow for which it did. */
interface Taken {
  readonly activity: string;
  readonly run: string;
}

const nameOf = (proof: object) => `taken-proof/${digestOf(plain(proof))}`;

const isProof = (value: object): boolean => ['what', 'at', 'summary', 'facts', 'how'].every((key) => key in value);

/** Every proof in an argument, at whatever depth. */
function proofsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return isProof(value) ? [value] : Object.values(value).flatMap(proofsIn);
}

/** Records a proof that an activity returns. */
export async function recordProof(
  store: GrantStore,
  proof: unknown,
  activity: string,
  lineage: Lineage,
): Promise<void> {
  if (typeof proof !== 'object' || proof === null || !isProof(proof)) return;
  const [{ run }] = await lineage();
  await store.putNamed(nameOf(proof), { activity, run } satisfies Taken);
}

/**
 * Demands that an activity took each proof of an argument, for the calling workflow or one of its ancestors. A deferred
 * task holds the proofs of the workflow that deferred it.
 * @throws ApplicationFailure `PlanVoid` if the proofs serve an approved plan, else `ProofMissing`: they are taken anew
 */
export async function demandTaken(store: GrantStore, argument: unknown, lineage: Lineage): Promise<void> {
  const proofs = proofsIn(argument);
  if (proofs.length === 0) return;
  const callers = await lineage();
  const { plan } = (argument ?? {}) as { plan?: unknown };
  // Also for the leader, which makes the full image that a deferred image needs.
  const deferred = callers[0].workflow.startsWith(hostWorkflowId(''));
  for (const proof of proofs) {
    const taken = await store.getNamed<Taken>(nameOf(proof));
    if (taken !== null && (deferred || callers.some(({ run }) => run === taken.run))) continue;
    const { what, summary } = proof as { what: unknown; summary: unknown };
    throw refuse(
      typeof plan === 'string' ? 'PlanVoid' : 'ProofMissing',
      `no activity took the proof ${String(what)} ("${String(summary).slice(0, 200)}") for ${callers[0].workflow}: retry takes it anew`,
    );
  }
}
